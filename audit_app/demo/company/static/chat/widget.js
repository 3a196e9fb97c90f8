// The chat launcher that the shop's pages load: <fjord-chat data-shop="KEY"></fjord-chat>.
(() => {
  "use strict";
  const origin = new URL(document.currentScript.src).origin;
  const style = `
    :host { position: fixed; right: 20px; bottom: 20px; z-index: 900; font: 16px/1.4 system-ui, sans-serif; }
    button { width: 60px; height: 60px; border: 0; border-radius: 50%; background: #1f4d46; color: #fff;
      box-shadow: 0 6px 20px rgb(20 40 36 / .35); cursor: pointer; display: grid; place-items: center; }
    button:hover { background: #17403a; }
    button:focus-visible { outline: 3px solid #e0a458; outline-offset: 3px; }
    iframe { position: absolute; right: 0; bottom: 76px; width: min(370px, calc(100vw - 40px));
      height: min(560px, calc(100vh - 120px)); border: 0; border-radius: 16px; background: #fff;
      box-shadow: 0 16px 48px rgb(20 40 36 / .3); }
    iframe[hidden] { display: none; }`;
  const icon = `<svg width="28" height="28" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"
    stroke-linejoin="round" aria-hidden="true"><path d="M4 5h16v11H10l-5 4v-4H4z"/><path d="M8 9h8M8 12h5"/></svg>`;

  class FjordChat extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      const sheet = document.createElement("style");
      sheet.textContent = style;
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-label", "Open chat");
      button.setAttribute("aria-expanded", "false");
      button.innerHTML = icon;
      button.addEventListener("click", () => this.toggle(root, button));
      root.append(sheet, button);
    }

    toggle(root, button) {
      let frame = root.querySelector("iframe");
      if (frame) {
        frame.hidden = !frame.hidden;
      } else {
        frame = document.createElement("iframe");
        frame.title = "Chat with Fjord & Field";
        frame.src = `${origin}/frame?shop=${encodeURIComponent(this.dataset.shop || "")}`;
        root.insertBefore(frame, button);
      }
      button.setAttribute("aria-expanded", String(!frame.hidden));
      button.setAttribute("aria-label", frame.hidden ? "Open chat" : "Close chat");
    }
  }

  customElements.define("fjord-chat", FjordChat);
})();
