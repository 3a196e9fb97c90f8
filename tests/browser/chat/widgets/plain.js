// A chat that nobody has described, in the page itself or in a shadow root, with what the chats of shops do to a visitor.
(() => {
  "use strict";
  const PICTURE = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>";
  const ways = new URLSearchParams(location.search);
  const make = (tag, {text = "", ...rest} = {}, ...inner) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(rest)) made.setAttribute(name, value);
    made.append(text, ...inner);
    return made;
  };
  const ask = async (path, given) => (await fetch(path, given && {method: "POST", body: JSON.stringify(given)})).json();
  let id = sessionStorage.getItem("chat") || localStorage.getItem("chat");

  const said = (message) => {
    if (ways.has("split") && message.role === "visitor") return message.text.split(/(?<=[.?])\s+/);
    if (ways.has("corrects") && message.role === "visitor") return [message.text.replace(/'/g, "’").replace("https://", "")];
    return [message.text];
  };
  const bubble = (message, text) => {
    const inside = make("p", {text: text.startsWith("img:") ? "" : text});
    if (text === "img:photo") inside.append(make("img", {width: 120, height: 90, alt: "photo", src: PICTURE}));
    if (text === "img:thumb") inside.append(make("img", {width: 20, height: 20, alt: "👍", src: PICTURE}));
    const age = Math.floor((Date.now() - Date.parse(message.at)) / 1000);
    if (ways.has("ages")) inside.append(make("span", {text: age < 2 ? " just now" : ` ${age} s ago`}));
    return make("div", {class: `row ${message.role === "visitor" ? "mine" : "theirs"}`}, inside);
  };

  const open = async (root) => {
    const known = Boolean(id);
    if (!known) {
      id = (await ask("/begin", {name: "", email: ""})).id;
      localStorage.setItem("chat", id);
    }
    const log = make("div", {class: "rows"});
    const field = make("textarea", {placeholder: "Type here"});
    const send = make("button", {type: ways.has("submit") ? "submit" : "button"}, make("svg", {width: 20, height: 20}));
    const asks = ways.get("asks");
    const reach = (then = () => {}) => {
      const email = make("input", {placeholder: "you@example.com", type: "email"}), notify = make("button", {text: "Send"});
      const later = make("button", {text: "Not now"});
      const question = make("div", {text: "Leave your e-mail so that we can get back to you"}, email, later, notify);
      notify.onclick = async () => {
        await ask("/leave", {email: email.value});
        await then();
        if (asks !== "again") question.replaceChildren(`We will write to ${email.value}`);
      };
      return question;
    };
    const say = async () => {
      const text = field.value.trim();
      field.value = "";
      const out = () => text && ask("/say", {id, text});
      if (text && asks === "held") root.insertBefore(reach(out), log.nextSibling);
      else await out();
      if (text && (asks === "after" || asks === "again")) setTimeout(() => root.insertBefore(reach(), log.nextSibling), 300);
    };
    if (asks === "only" || (asks === "first" && !known)) {
      const question = reach(() => setTimeout(() => { question.remove(); if (asks === "first") open(root); }, 300));
      if (asks === "only") question.prepend("We are offline. ");
      root.replaceChildren(question);
      return;
    }
    if (ways.has("icon")) send.onclick = (event) => { event.preventDefault(); say(); };
    else field.onkeydown = (event) => { if (event.key === "Enter") { event.preventDefault(); say(); } };
    if (ways.has("empties")) field.addEventListener("input", () => setTimeout(() => { field.value = ""; }, 50), {once: true});
    if (ways.has("refuses")) field.addEventListener("input", () => { field.value = ""; });
    // What picks a file is no way to send: a button that says so, or one beside the field that takes the file.
    const attach = make("button", {type: "button", "aria-label": ways.get("attach") || ""}, make("svg", {width: 20, height: 20}));
    attach.onclick = () => root.replaceChildren("Which file?");
    const files = ways.has("attach") ? [...(ways.get("attach") ? [] : [make("input", {type: "file", hidden: ""})]), attach] : [];
    root.replaceChildren(make("b", {text: "Chat"}), log, make("form", {}, field, ...files, ...(ways.has("icon") ? [send] : [])));
    const last = Number(ways.get("last") || 1000);
    setInterval(async () => {
      const {messages} = await ask(`/said?id=${id}`);
      log.replaceChildren(...messages.flatMap((message) => said(message).map((text) => bubble(message, text))).slice(-last));
    }, 200);
  };

  const questions = (root) => {
    const field = (label, control) => make("label", {text: label}, control);
    const form = make("form", {}, field("Your name", make("input", {required: ""})),
      field(ways.has("reach") ? "Where we reach you" : "E-mail", make("input", {type: "email", required: ""})), field("Phone", make("input", {type: "tel", required: ""})),
      field("Department", make("select", {required: ""}, make("option", {value: "", text: "Choose"}), make("option", {text: "Sales"}))),
      make("label", {text: "I agree"}, make("input", {type: "checkbox", required: ""})));
    if (ways.has("order")) form.append(field("Order number", make("input", {required: ""})));
    if (ways.get("form") === "question") form.append(field("Your question", make("textarea", {required: ""})));
    form.append(make("button", {text: "Start chat"}));
    form.onsubmit = async (event) => {
      event.preventDefault();
      const question = form.querySelector("textarea")?.value;
      await open(root);
      if (question) await ask("/say", {id, text: question});
    };
    root.replaceChildren(form);
  };

  const place = () => {
    const floating = {style: "position:fixed;right:20px;bottom:20px;width:340px;background:#fff"};
    const host = make("section", {class: "shop-chat", ...(ways.has("flat") ? {} : floating)});
    document.body.append(host);
    const root = ways.has("shadow") ? host.attachShadow({mode: ways.get("shadow")}) : host;
    const panel = make("div", ways.has("flat") ? floating : {});
    const button = make("button", {text: "Open chat"});
    const home = () => {
      const begin = make("button", {text: "Send us a message"});
      begin.onclick = () => open(panel);
      panel.replaceChildren(make("input", {placeholder: "Search for help"}), begin);
    };
    button.onclick = () => (ways.has("home") ? home() : ways.has("form") && !id ? questions(panel) : open(panel));
    panel.append(button);
    root.append(panel);
  };
  if (ways.get("waits") === "scroll") addEventListener("scroll", place, {once: true});
  else if (ways.get("waits") === "consent") {
    const accept = make("button", {text: "Accept all"});
    const banner = make("div", {id: "cookie-banner", style: "position:fixed;inset:auto 0 0", text: "We use cookies."}, accept);
    accept.onclick = () => { banner.remove(); place(); };
    document.body.append(banner);
  } else place();
})();
