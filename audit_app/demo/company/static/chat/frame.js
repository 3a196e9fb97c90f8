// The inside of the chat: who are you, then the conversation, which the server sends whenever it changes.
(() => {
  "use strict";
  const shop = document.body.dataset.shop;
  const place = `fjord-chat:${shop}`;
  const start = document.getElementById("start");
  const talk = document.getElementById("talk");
  const scroll = document.getElementById("scroll");
  const log = document.getElementById("log");
  const compose = document.getElementById("compose");
  const box = compose.querySelector("textarea");
  let conversation = null;
  try { conversation = localStorage.getItem(place); } catch { /* storage may be refused: then nothing is kept */ }

  const remember = (id) => {
    conversation = id;
    try {
      if (id) localStorage.setItem(place, id);
      else localStorage.removeItem(place);
    } catch { /* as above */ }
  };

  const ask = async (path, body) => {
    const answer = await fetch(`/api/conversations${path}`, body && {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw Object.assign(new Error(`status ${answer.status}`), { status: answer.status });
    return answer.status === 204 ? null : answer.json();
  };

  const trouble = (where, text) => { where.querySelector(".trouble").textContent = text; };

  const bubble = (role, author, text) => {
    const item = document.createElement("li");
    item.className = `message message--${role}`;
    const parts = [["span", "author", author], ["p", "text", text]].map(([tag, name, content]) => {
      const part = document.createElement(tag);
      part.className = name;
      part.textContent = content;
      return part;
    });
    item.append(...parts);
    return item;
  };

  const add = (message) => {
    const item = bubble(message.role, message.author, message.text);
    item.dataset.messageId = message.id;
    const time = document.createElement("time");
    time.dateTime = message.at;
    time.textContent = new Date(message.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    item.append(time);
    log.append(item);
  };

  const showTyping = (operator) => {
    const present = log.querySelector(".typing");
    if (!operator) { present?.remove(); return; }
    if (present) { log.append(present); return; }
    const item = bubble("operator", operator, "typing…");
    item.classList.add("typing");
    log.append(item);
  };

  const show = ({ messages, typing }) => {
    const known = new Set([...log.querySelectorAll("[data-message-id]")].map((item) => item.dataset.messageId));
    const fresh = messages.filter((message) => !known.has(message.id));
    const before = log.childElementCount;
    if (fresh.length) showTyping(null);
    fresh.forEach(add);
    showTyping(typing);
    if (fresh.length || log.childElementCount !== before) scroll.scrollTop = scroll.scrollHeight;
  };

  // A stream that the browser gives up was refused: perhaps the conversation is no longer there.
  const refused = async () => {
    try {
      show(await ask(`/${conversation}`));
    } catch (error) {
      if (error.status === 404) { remember(null); location.reload(); return; }
    }
    setTimeout(watch, 2000);
  };

  const watch = () => {
    start.hidden = true;
    talk.hidden = false;
    const stream = new EventSource(`/api/conversations/${conversation}/events`);
    stream.onmessage = ({ data }) => { show(JSON.parse(data)); trouble(talk, ""); };
    stream.onerror = () => {
      trouble(talk, "The connection was lost. We keep trying.");
      if (stream.readyState === EventSource.CLOSED) refused();
    };
  };

  start.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = start.querySelector("button");
    const data = new FormData(start);
    button.disabled = true;
    try {
      const { id } = await ask("", { shop, name: data.get("name"), email: data.get("email") });
      remember(id);
      watch();
      box.focus();
    } catch {
      trouble(start, "We could not start the chat. Please try again.");
    } finally {
      button.disabled = false;
    }
  });

  compose.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    const key = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    try {
      await ask(`/${conversation}/messages`, { text, key });
    } catch {
      box.value = text;
      trouble(talk, "Your message was not sent. Please try again.");
    }
  });

  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); compose.requestSubmit(); }
  });

  if (conversation) watch(); else start.hidden = false;
})();
