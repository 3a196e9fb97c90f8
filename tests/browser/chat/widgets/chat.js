// One chat with a server behind it; `ways` (the query) says in which of its awkward ways it behaves.
(async () => {
  "use strict";
  const ways = new URLSearchParams(location.search);
  const make = (tag, parts = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), parts);
    element.append(...children);
    return element;
  };
  const ask = async (path, body) => (await fetch(path, body && {method: "POST", body: JSON.stringify(body)})).json();
  let place = document.body;
  if (ways.has("shadow")) {
    const inner = document.body.appendChild(make("acme-inside-7-2")).attachShadow({mode: "open"});
    place = inner.appendChild(make("acme-room-1-1")).attachShadow({mode: "open"}).appendChild(make("div"));
  }
  // What no saved storage reaches: half of it with the service workers' things, half in the private file system.
  const aside = {
    getItem: async () => {
      const half = await (await caches.match("/half"))?.text();
      const folder = await navigator.storage.getDirectory();
      const other = half && await folder.getFileHandle("half").then((file) => file.getFile(), () => null);
      return other && half === "id" ? await other.text() : null;
    },
    setItem: async (name, value) => {
      await (await caches.open("chat")).put("/half", new Response("id"));
      const file = await (await navigator.storage.getDirectory()).getFileHandle("half", {create: true});
      const writer = await file.createWritable();
      await writer.write(value);
      await writer.close();
    },
  };
  const keep = ways.has("forgets") ? {getItem: () => null, setItem: () => {}}
    : ways.has("aside") ? aside : ways.has("tab") ? sessionStorage : localStorage;

  const bubble = ({id, role, author, text, at}, typing) => {
    const item = make("li", {className: `message ${role} ${typing ? "typing" : ""}`});
    item.dataset.id = id;
    item.append(make("span", {className: "author", textContent: author}), make("p", {className: "text", textContent: text}));
    if (at && !ways.has("notime")) item.append(make("time", {dateTime: at, textContent: at.slice(11, 16)}));
    return item;
  };

  const talk = async (id) => {
    const log = make("ol", {role: "log"});
    log.setAttribute("role", "log");
    const box = make("textarea", {ariaLabel: "Your message"});
    const send = make("button", {type: "button", textContent: "Send"});
    send.onclick = async () => {
      const text = box.value;
      box.value = "";
      await ask("/say", {id, text});
      await show();
    };
    place.replaceChildren(log, box, send);
    const show = async () => {
      const {messages: all, typing} = await ask(`/said?id=${id}`);
      const messages = all.slice(-Number(ways.get("last") || 1000));
      const there = new Set([...log.children].map((item) => item.dataset.id));
      if (ways.has("rerender")) log.replaceChildren(...messages.map((message) => bubble(message)));
      else log.append(...messages.filter((message) => !there.has(message.id)).map((message) => bubble(message)));
      log.querySelector(".typing")?.remove();
      if (ways.has("last")) while (log.children.length > messages.length) log.firstChild.remove();
      if (typing) log.append(bubble({id: "typing", role: "operator", author: "Saga", text: "typing…"}, true));
    };
    for (;;) { await show(); await new Promise((wake) => { setTimeout(wake, 150); }); }
  };

  const begin = async () => {
    const known = await keep.getItem("conversation");
    if (known) { talk(known); return; }
    const name = make("input", {ariaLabel: "Your name"});
    const email = make("input", {ariaLabel: "Your e-mail"});
    const start = make("button", {type: "button", textContent: "Start the chat"});
    start.onclick = async () => {
      const {id} = await ask("/begin", {name: name.value, email: email.value});
      await keep.setItem("conversation", id);
      if (ways.has("late")) await new Promise((wake) => { setTimeout(wake, 4000); });
      talk(id);
    };
    place.replaceChildren(name, email, start);
  };

  const offline = () => {
    const email = make("input", {ariaLabel: "Your e-mail"});
    const question = make("textarea", {ariaLabel: "Your question"});
    const leave = make("button", {type: "button", textContent: "Leave the message"});
    leave.onclick = async () => {
      await ask("/leave", {email: email.value, text: question.value});
      if (ways.get("offline") === "hangs") for (;;);
      place.replaceChildren(make("p", {textContent: "We will write to you"}));
    };
    place.replaceChildren(make("p", {textContent: "We are offline"}), email, question, leave);
  };

  const home = () => {
    const on = make("button", {type: "button", textContent: ways.get("home") || "Send us a message"});
    on.onclick = () => setTimeout(begin, 300);
    place.replaceChildren(make("h1", {textContent: "Hi there"}), make("input", {placeholder: "Search for help"}), on);
  };

  if (ways.has("banned")) place.append("You have been banned");
  else if (ways.has("offline")) offline();
  else if (ways.has("home") && !await keep.getItem("conversation")) home();
  else begin();
  if (ways.has("rerender")) setInterval(() => { place.append(make("i")); place.lastChild.remove(); }, 0);
})();
