// The shop's page: a launcher in a custom element whose tag carries a version, and what may stand in its way.
(() => {
  "use strict";
  const ways = new URLSearchParams(location.search);
  const style = (element, css) => { element.style.cssText = css; return element; };

  class Chat extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({mode: "open"});
      const button = style(document.createElement("button"), "position:fixed;right:20px;bottom:20px;width:60px;height:60px");
      button.className = "open";
      button.setAttribute("aria-label", "Chat with us");
      const decoy = style(document.createElement("iframe"), "width:220px;height:220px");
      decoy.title = "messages";
      decoy.srcdoc = "<textarea aria-label='Newsletter'></textarea>";
      root.append(button, decoy);
      const open = () => {
        if (ways.has("window")) {
          window.open("/elsewhere.html");
          window.open(`/chat.html${location.search}`, "chat", "popup,width=400,height=600");
          return;
        }
        let frame = root.querySelector("iframe.room");
        if (frame) { frame.remove(); return; }
        frame = style(document.createElement("iframe"), "position:fixed;right:20px;bottom:90px;width:380px;height:500px");
        frame.className = "room";
        frame.src = `${document.body.dataset.chat || ""}/chat.html${location.search}`;
        root.append(frame);
        // A frame that is loaded anew as another element, once, so many milliseconds after it was opened.
        if (ways.has("replaced")) setTimeout(() => frame.replaceWith(frame.cloneNode()), Number(ways.get("replaced")));
      };
      if (ways.has("keys")) button.onkeydown = ({key, isTrusted}) => { if (key === "Enter" && isTrusted) open(); };
      else button.onclick = open;
      if (ways.has("api")) { button.remove(); window.acme = {open}; }
    }
  }
  customElements.define("acme-chat-2-13", Chat);
  const place = () => document.body.append(document.createElement("acme-chat-2-13"));
  setTimeout(place, Number(ways.get("slow") || 0));

  if (ways.has("overlay")) {
    document.body.append(style(document.createElement("div"), "position:fixed;inset:0;z-index:99"));
  }
  if (ways.has("consent")) {
    const ask = () => {
      const banner = style(document.createElement("div"), "position:fixed;inset:0;z-index:99;background:#fff8");
      const refuse = document.createElement("button");
      refuse.textContent = "Only necessary";
      refuse.onclick = () => { banner.remove(); document.title = `refused ${++refused}`; setTimeout(ask, 700); };
      banner.append(refuse);
      document.body.append(banner);
    };
    let refused = 0;
    ask();
  }
  if (ways.has("cmp")) {
    const ask = () => {
      const frame = style(document.createElement("iframe"), "position:fixed;inset:0;width:100%;height:100%;z-index:99");
      frame.title = "Privacy";
      frame.src = "/consent.html";
      document.body.append(frame);
      addEventListener("message", ({data}) => {
        if (data !== "refused") return;
        frame.remove();
        setTimeout(ask, 700);
      }, {once: true});
    };
    ask();
  }
  if (ways.has("alerts")) setInterval(() => { alert("Newsletter?"); open("/page.html"); }, 300);
  if (ways.has("download")) setInterval(() => {
    const link = document.createElement("a");
    link.href = "/file";
    link.download = "virus.exe";
    link.click();
  }, 500);
  if (ways.has("away") && !sessionStorage.getItem("gone")) addEventListener("message", () => {
    sessionStorage.setItem("gone", "1");
    location.href = "/elsewhere.html";
  });
  if (ways.has("hangs")) setTimeout(() => { for (;;); }, 300);
  if (ways.has("flees")) addEventListener("message", () => { location.href = "/elsewhere.html"; });
})();
