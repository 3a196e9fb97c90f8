// A chat that behaves as the spec in the query says; nothing in it is described to us.
(() => {
  "use strict";
  const spec = JSON.parse(new URLSearchParams(location.search).get("spec") || "{}");
  const make = (tag, {text = "", ...rest} = {}, ...inner) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(rest)) if (value !== null) made.setAttribute(name, value);
    made.append(text, ...inner);
    return made;
  };
  // In a frame the page holds the launcher, and the frame the chat.
  if (spec.where === "frame" && window === top) {
    const frame = make("iframe", {title: "Chat", class: "chat-frame", src: location.href, hidden: "",
      style: "position:fixed;right:20px;bottom:90px;width:340px;height:420px"});
    const open = make("button", {"aria-label": "Open chat", style: "position:fixed;right:20px;bottom:20px"}, "Chat");
    open.onclick = () => { frame.hidden = !frame.hidden; };
    document.body.append(frame, open);
    return;
  }
  const css = `
    .box{position:fixed;right:20px;bottom:80px;width:330px;height:400px;background:#fff;border:1px solid #999;display:flex;flex-direction:column;z-index:50}
    .box[hidden]{display:none} .launch{position:fixed;right:20px;bottom:20px;width:52px;height:52px;cursor:pointer;z-index:999}
    .q0{display:flex;flex:1;min-height:0;${spec.list === "plain" ? "" : "overflow-y:auto;"}
      flex-direction:${spec.order === "reverse" ? "column-reverse" : "column"}}
    .q1{padding:4px} .q2{display:inline-block;border-radius:8px;padding:6px;background:#eee} .q1.z9{text-align:right}
    .z9 .q2{background:#def} .q1.z8.bare .q2{background:none} .q5{font-size:11px;color:#777}`;
  const where = spec.where === "frame" ? document.body : make("div", {class: "shop-chat"});
  if (spec.where !== "frame") document.body.append(where);
  const root = spec.where === "open" || spec.where === "closed" ? where.attachShadow({mode: spec.where}) : where;
  const list = make(spec.tag || "div", {class: "q0", role: spec.list === "log" ? "log" : null});
  const field = spec.field === "editable" ? make("div", {contenteditable: "true", "aria-label": "Type a message", style: "min-height:20px;border:1px solid"})
    : make("textarea", {placeholder: "Type a message…"});
  const send = make("button", {type: "button", "aria-label": "Send"}, "➤");
  const bar = make("div", {class: "q7"});
  const head = make("header", {}, make("div", {}, make("strong", {text: "Support"})), ...(spec.furniture ? [make("span", {class: "q6", text: "Typically replies in 5 minutes"})] : []));
  const foot = make("footer", {}, "Powered by ", make("strong", {text: "HelpDesk"}));
  const box = make("section", {class: "box chat-box", "aria-label": "Chat"}, head, bar, list, make("div", {}, field, send), ...(spec.furniture ? [foot] : []));
  root.append(make("style", {text: css}), box);
  if (spec.where !== "frame") {
    box.hidden = true;
    const open = make(spec.nameless ? "div" : "button", {class: spec.nameless ? "launch" : "launch chat-open", "aria-label": spec.nameless ? null : "Open chat"}, make("i", {text: spec.nameless ? "" : "?"}));
    open.addEventListener("click", () => { box.hidden = !box.hidden; });
    root.append(open);
  }

  const kept = [];
  let number = 0;
  const bubble = (message) => {
    const body = make("div", {class: "q2"});
    if (spec.linked && message.me) body.append(...message.text.split(" ").flatMap((word, at) => [at ? " " : "", at % 5 === 2 ? make("a", {href: "#", text: word}) : word]));
    else body.append(...message.text.split("\n").flatMap((line, at) => (at ? [make("br"), line] : [line])));
    return body;
  };
  const aside = (message) => [
    ...(spec.names && !message.me ? [make("span", {class: spec.names === "told" ? "author" : "q4", text: "Saga"})] : []),
    bubble(message),
    ...(spec.times ? [make(spec.times === "tag" ? "time" : "span", {class: spec.times === "tag" ? null : "q5 time", datetime: spec.times === "tag" ? message.at.toISOString() : null,
      text: message.at.toLocaleTimeString([], {hour: "2-digit", minute: "2-digit"})})] : []),
    ...(message.state ? [message.state] : []),
  ];
  const rowOf = (messages) => {
    const [first] = messages, tag = spec.tag === "ul" ? "li" : "div";
    const row = make(tag, {class: `q1 ${first.me ? "z9" : "z8"}`, id: messages.length === 1 && first.id ? `m-${first.id}` : null});
    if (messages.length === 1) row.append(...aside(first));
    else for (const message of messages) row.append(make("div", {class: "q3"}, ...aside(message)));
    return row;
  };
  const turns = () => {
    const found = [];
    for (const message of kept) {
      const last = found.at(-1);
      if (spec.grouped && last && last[0].me === message.me) last.push(message); else found.push([message]);
    }
    return found;
  };
  const draw = () => {
    const rows = turns().map(rowOf);
    if (spec.day) rows.unshift(make("div", {class: "q8", text: "Today"}));
    if (spec.typing) rows.push(make("div", {class: "q1 z8 typing"}, make("i", {text: "…"})));
    if (spec.order !== "first") list.replaceChildren(...(spec.order === "reverse" ? rows.reverse() : rows));
    else list.replaceChildren(...rows.reverse());
  };
  const add = (text, me) => {
    const message = {text, me, at: new Date(), id: spec.ids === "now" ? ++number : 0};
    kept.push(message);
    if (spec.ids === "late") setTimeout(() => { message.id = ++number; draw(); }, 1000);
    draw();
    return message;
  };
  const write = (text) => {
    if (!spec.streams) { add(text, false); return; }
    const words = text.split(" "), message = add(words[0], false);
    words.slice(1).forEach((word, at) => setTimeout(() => { message.text += ` ${word}`; draw(); }, 120 * (at + 1)));
  };
  const refuse = (message) => {
    if (spec.refused === "words") message.state = make("div", {class: "q5"}, make("span", {role: "alert"}, "Not delivered. ", make("button", {type: "button", text: "Tap to retry"})));
    if (spec.refused === "button") message.state = make("button", {type: "button", text: "Retry"});
    if (spec.refused === "icon") message.state = make("svg", {role: "img", "aria-label": "Message failed to send", width: 12, height: 12});
    if (spec.refused === "bar") bar.append(make("div", {role: "status", text: "No connection. Reconnecting…"}));
    draw();
  };
  const say = () => {
    const text = (field.value ?? field.innerText).trim();
    if (!text) return;
    if ("value" in field) field.value = ""; else field.replaceChildren();
    const message = add(text, true);
    window.top.ourMessages = (window.top.ourMessages || 0) + 1;
    if (spec.receipt === "sending") message.state = make("div", {class: "q5", text: "Sending…"});
    draw();
    if (spec.refused) { setTimeout(() => refuse(message), spec.refusedAfter); return; }
    if (spec.receipt) setTimeout(() => { message.state = make("div", {class: "q5", text: "Delivered"}); draw(); }, 700);
    if (spec.furniture === "changes") setTimeout(() => { head.lastChild.textContent = "Online now"; }, 900);
    if (spec.answer) {
      if (spec.types) setTimeout(() => { spec.typing = true; draw(); }, spec.answerAfter - 500);
      setTimeout(() => { spec.typing = false; write(spec.answer); }, spec.answerAfter);
    }
  };
  send.onclick = say;
  field.onkeydown = (event) => { if (event.key === "Enter") { event.preventDefault(); say(); } };
  if (spec.greeting) setTimeout(() => add("Welcome!\nHow can we help?", false), spec.greetingAfter || 0);
  else draw();
})();
