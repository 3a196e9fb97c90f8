// The bot of bot.html: `how` is button, sentence, refused, promised or unasked.
(() => {
  "use strict";
  const how = new URLSearchParams(location.search).get("how");
  const [list, field, send] = [".list", "textarea", "button"].map((one) => document.querySelector(one));
  const kept = JSON.parse(localStorage.getItem("said") || "[]");
  const row = ({who, text, choices = []}) => {
    const made = document.createElement("div"), words = document.createElement("div");
    made.className = `row ${who}`;
    words.className = "text";
    words.textContent = text;
    made.append(words, ...choices.map((name) => {
      const choice = document.createElement("button");
      choice.type = "button";
      choice.textContent = name;
      choice.onclick = () => say(name);
      return choice;
    }));
    return made;
  };
  const draw = () => list.replaceChildren(...kept.map(row));
  const add = (who, text, choices) => {
    kept.push({who, text, choices});
    localStorage.setItem("said", JSON.stringify(kept));
    draw();
  };
  const later = (seconds, ...said) => setTimeout(() => add(...said), seconds * 1000);
  const ours = () => kept.filter(({who}) => who === "me").length;
  const answer = () => {
    if (ours() === 1) {
      later(0.3, "bot", "I am the shop's assistant. Have a look at our catalogue.", how === "button" ? ["Opening hours", "Talk to a person"] : []);
      if (how === "unasked") later(1.2, "person", "Yes, we have two. Saga");
      return;
    }
    if (how === "refused") later(0.3, "bot", "Sorry, I cannot connect you to anybody: no agents are available.");
    else if (how === "promised") later(0.3, "bot", "I am connecting you with a colleague.");
    else {
      later(0.3, "note", "Saga has joined the chat");
      later(1.0, "person", "Yes, we have two. Saga");
    }
  };
  const say = (text) => { add("me", text); answer(); };
  send.onclick = () => { const text = field.value.trim(); field.value = ""; if (text) say(text); };
  draw();
})();
