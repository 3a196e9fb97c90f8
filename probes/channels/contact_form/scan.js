// Reads what a person sees of the forms in one frame, open shadow roots included. Changes nothing in the page.
() => {
  const clean = (text) => (text || "").replace(/[\u200b-\u200f\ufeff]/g, "").replace(/\s+/g, " ").trim();
  const above = (el) => {
    if (el.parentElement) return el.parentElement;
    const root = el.getRootNode();
    return root instanceof ShadowRoot ? root.host : null;
  };
  const chain = (el) => { const all = []; for (let at = el; at; at = above(at)) all.push(at); return all; };
  const nearest = (el, selector) => chain(el).find((at) => at.matches(selector)) || null;

  const all = [];
  const roots = [document];
  const walk = (root) => {
    for (const el of root.querySelectorAll("*")) {
      all.push(el);
      if (el.shadowRoot) { roots.push(el.shadowRoot); walk(el.shadowRoot); }
    }
  };
  walk(document);

  const FIELD = "input, textarea, select, [role=combobox], [role=checkbox], [role=radio], [role=switch], "
    + "button[aria-haspopup=listbox], [contenteditable=true], [contenteditable=''], [contenteditable=plaintext-only]";
  const NO_FIELD = ["hidden", "submit", "button", "reset", "image"];
  // Some editors write into a page of their own, in a frame.
  const editor = window !== window.parent && document.body && (document.designMode === "on" || document.body.isContentEditable);
  const fieldElements = editor ? [document.body] : all.filter((el) => el.matches(FIELD)
    && !(el.tagName === "INPUT" && NO_FIELD.includes(el.type))
    && !(el.parentElement && el.parentElement.closest("[role=combobox], [contenteditable=true]")));
  const isField = new Set(fieldElements);
  const holdsField = (el) => isField.has(el) || [...el.querySelectorAll(FIELD)].some((at) => isField.has(at));

  // What nobody sees: not drawn, tiny, outside the page, or squeezed away by something around it.
  const drawn = (el) => {
    if (!el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
    const box = el.getBoundingClientRect();
    if (box.width <= 2 || box.height <= 2) return false;
    const left = box.left + window.scrollX, top = box.top + window.scrollY;
    if (left + box.width <= 0 || top + box.height <= 0) return false;
    if (left >= Math.max(document.documentElement.scrollWidth, window.innerWidth)) return false;
    let holder = el;  // whose box decides where `el` is drawn: what an ancestor cuts off counts only up to there
    return !chain(el).slice(1).some((at) => {
      const style = getComputedStyle(at), around = at.getBoundingClientRect(), how = getComputedStyle(holder).position;
      const cuts = how !== "fixed" && (how !== "absolute" || style.position !== "static");
      if (cuts) holder = at;
      if (cuts && /hidden|clip/.test(style.overflow) && at !== document.body && at !== document.documentElement
        && (box.top >= around.bottom || box.bottom <= around.top || box.left >= around.right || box.right <= around.left)) return true;
      if (/^inset\((50|[6-9]\d|100)%/.test(style.clipPath)) return true;
      return style.overflow !== "visible" && style.display !== "contents" && at !== document.body
        && at !== document.documentElement && (around.width <= 2 || around.height <= 2);
    });
  };
  // In a group of custom radio buttons only one is in the tab order, and in some dropdowns only a part of it.
  const skipped = (el) => parseInt(el.getAttribute("tabindex") || "0", 10) < 0 && el.getAttribute("role") !== "radio"
    && !el.querySelector("[tabindex='0']");
  const silenced = (el) => skipped(el) || chain(el).some((at) => at.getAttribute("aria-hidden") === "true"
    || at.hasAttribute("inert"));
  // A label that only says what is wrong (jQuery Validation) is no name.
  const labelsOf = (el) => [...(el.labels || [])].filter((label) => !label.matches("[class*=error i]") || label.contains(el));
  // The star that marks a required field is often drawn by the style sheet alone.
  const MUST = ".required, .form-required, .field-required, .mandatory";
  const drawsStar = (el) => el.matches(MUST)
    || [el, ...el.children].some((at) => ["::before", "::after"].some((side) => /\*/.test(getComputedStyle(at, side).content)));
  const starred = (el) => labelsOf(el).some(drawsStar);
  const tickable = (el) => ["checkbox", "radio"].includes(el.type) && el.tagName === "INPUT";
  // The typing field of a dropdown is often a hair wide; what a person sees and clicks is the box around it.
  const box = (el) => el.getAttribute("role") === "combobox" && el.tagName === "INPUT"
    ? chain(el).slice(0, 5).find((at) => at.getBoundingClientRect().width > 40) || el : el;
  const visible = (el) => {
    // A person uploads by pressing what stands for the field, which is itself often hidden.
    if (el.type === "file") return [el, ...labelsOf(el), above(el)].some((at) => at && drawn(at));
    // A select that is hidden behind something that says nothing of itself, but is asked for by a label that shows.
    if (el.tagName === "SELECT" && !drawn(el)) return labelsOf(el).some(drawn) && !fieldElements.some((at) => standsFor(at) === el);
    if (tickable(el)) return (drawn(el) || labelsOf(el).some(drawn)) && !silenced(el);
    return drawn(box(el)) && !silenced(el);
  };

  const shown = (el) => el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const OBJECTION = "[role=alert], [class*=error i], [class*=invalid i], [class*=not-valid i], [class*=danger i]";
  const inWords = (text) => /\p{L}/u.test(text || "");
  const textWithoutFields = (el) => {
    const copy = el.cloneNode(true);
    copy.querySelectorAll(OBJECTION).forEach((at) => inWords(at.textContent) && at.remove());
    copy.querySelectorAll("input, select, textarea, option, script, style, [role=combobox]").forEach((at) => at.remove());
    return clean(copy.textContent);
  };
  const referenced = (el, attribute) => {
    const root = el.getRootNode();
    return clean((el.getAttribute(attribute) || "").split(/\s+/).filter(Boolean)
      .map((id) => root.getElementById(id)).filter(Boolean).map(textWithoutFields).join(" "));
  };
  // Some dropdowns stand for a plain select that is hidden beside them, and that has the label.
  const standsFor = (el) => el.tagName === "SELECT" || !["combobox", null].includes(el.getAttribute("role")) ? null
    : chain(el).slice(0, 5).flatMap((at) => [at.previousElementSibling, at.nextElementSibling,
      ...(holdsIt(at) ? at.querySelectorAll("select") : [])]).find((at) => at?.tagName === "SELECT" && !drawn(at)) || null;
  const holdsIt = (el) => [...el.querySelectorAll(FIELD)].filter((at) => at.tagName !== "SELECT" && isField.has(at)).length < 2;
  const before = (el, beside = null) => {
    for (let at = el, level = 0; at && level < 4; at = above(at), level += 1) {
      let words = "";
      for (let side = at.previousSibling; side; side = side.previousSibling) {
        if (side === beside) continue;
        if (side.nodeType === Node.ELEMENT_NODE && holdsField(side)) break;
        if (side.nodeType === Node.ELEMENT_NODE && side.matches("script, style, button")) continue;
        words = (side.textContent || "") + " " + words;
      }
      if (clean(words)) return clean(words).slice(-160);
      if (at.matches("form, body, [role=form]")) break;
    }
    return "";
  };
  const after = (el) => {
    let words = "";
    for (let side = el.nextSibling; side; side = side.nextSibling) {
      if (side.nodeType === Node.ELEMENT_NODE && holdsField(side)) break;
      words += " " + (side.textContent || "");
    }
    return clean(words).slice(0, 200);
  };
  const fieldsIn = (el) => [...el.querySelectorAll(FIELD)].filter((at) => isField.has(at));
  const isBox = (el) => el.type === "checkbox" || el.getAttribute("role") === "checkbox";
  // Boxes belong together that have one name, or that fill a part of the form by themselves.
  const boxesWith = (el) => {
    if (!isBox(el)) return [];
    const peers = el.name ? fieldElements.filter((at) => isBox(at) && at.name === el.name && at.form === el.form) : [];
    if (peers.length > 1) return peers;
    const around = chain(el).slice(1, 8).find((at) => fieldsIn(at).length > 1 || at.matches("form, body"));
    const inside = around && !around.matches("form, body") ? fieldsIn(around) : [];
    return inside.length > 1 && inside.every(isBox) ? inside : [];
  };
  const around = (peers) => chain(peers[0]).find((at) => peers.every((each) => at.contains(each)));
  const legend = (el) => {
    const group = nearest(above(el) || el, "fieldset, [role=radiogroup], [role=group]");
    const radios = el.type === "radio" && el.name
      ? all.filter((at) => at.type === "radio" && at.name === el.name && at.form === el.form) : [];
    const peers = radios.length > 1 ? radios : boxesWith(el);
    const alone = group && fieldsIn(group).every(tickable) && fieldsIn(group).length >= peers.length;
    if (peers.length > 1 && !alone) return before(around(peers));
    if (!group) return "";
    const own = group.querySelector(":scope > legend");
    return clean(referenced(group, "aria-labelledby") || group.getAttribute("aria-label") || (own && own.textContent));
  };
  // Whether one box of a group has to be ticked: by ARIA, by a class, or by a star that the style sheet draws.
  const groupRequired = (el) => {
    const peers = boxesWith(el);
    if (peers.length < 2) return false;
    const held = chain(around(peers)).slice(0, 3).filter((at) => fieldsIn(at).every((each) => peers.includes(each)));
    const named = held.flatMap((at) => (at.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean)
      .map((id) => at.getRootNode().getElementById?.(id)));
    const titles = held.flatMap((at) => [...at.children, at.previousElementSibling]).filter((at) => at?.matches?.("label, legend, "
      + "h1, h2, h3, h4, h5, h6, p, span, div") && !holdsField(at) && !peers.some((each) => labelsOf(each).includes(at)));
    return held.some((at) => at.getAttribute("aria-required") === "true"
      || /(^|[\s_-])(is-|as-)?required(\s|$)/i.test(at.getAttribute("class") || "")) || [...named, ...titles].some((at) => at && drawsStar(at));
  };
  // What stands below or within a field's own part of the form beside its label: a second label, a description.
  const hints = (el) => {
    const labels = labelsOf(el);
    const texts = [referenced(el, "aria-describedby"), ["checkbox", "radio"].includes(el.type) ? "" : after(el),
      ...(labels.length > 1 ? labels.map(textWithoutFields) : [])];
    return [...new Set(texts)].filter((text) => text && text.length <= 60);
  };

  const formElements = [];
  const formOf = (el) => {
    const form = el.form || nearest(el, "form, [role=form], [role=search]");
    if (!form) return -1;
    if (!formElements.includes(form)) formElements.push(form);
    return formElements.indexOf(form);
  };
  const groups = [];
  const groupOf = (el) => {
    const boxes = boxesWith(el);
    if (boxes.length < 2 && el.type !== "radio" && el.getAttribute("role") !== "radio") return -1;
    const box = boxes.length > 1 ? boxes[0] : el.name ? `${formOf(el)}/${el.name}` : nearest(el, "[role=radiogroup], fieldset") || "radios";
    if (!groups.includes(box)) groups.push(box);
    return groups.indexOf(box);
  };
  const valueOf = (el) => {
    if (el.tagName === "SELECT") return el.selectedOptions.length ? el.selectedOptions[0].value : "";
    if ("value" in el && el.tagName !== "BUTTON") return String(el.value);
    return clean(el.innerText);
  };
  const kindOf = (el) => {
    const role = el.getAttribute("role");
    if (el.tagName === "SELECT") return "select";
    if (el.tagName === "TEXTAREA" || role === "textbox" || el.isContentEditable) return "textarea";
    if (role === "combobox" || el.getAttribute("aria-haspopup") === "listbox") return "dropdown";
    if (role === "radio" || el.type === "radio") return "radio";
    if (["checkbox", "switch"].includes(role) || el.type === "checkbox") return "checkbox";
    return el.type || "text";
  };
  // What the site has against a field stands in the field's own part of the form, marked as an error; a star is no objection.
  const objectionNear = (el) => {
    const own = new Set([el, ...boxesWith(el), ...all.filter((at) => at.type === "radio" && el.type === "radio" && at.name === el.name)]);
    for (const at of chain(el).slice(1, 6)) {
      if (at.matches("form, body") || fieldsIn(at).some((each) => !own.has(each))) return "";
      const said = [...at.querySelectorAll(OBJECTION)].find((each) => shown(each) && !holdsField(each)
        && inWords(each.innerText) && !(each.matches("label") && labelsOf(el).includes(each)));
      if (said) return clean(said.innerText).slice(0, 200);
    }
    return "";
  };
  const describe = (el) => {
    const kind = kindOf(el), ticks = ["checkbox", "radio"].includes(kind);
    const behind = kind === "dropdown" ? standsFor(el) : null;
    const called = referenced(el, "aria-labelledby");
    const named = clean([...labelsOf(el), ...(behind ? labelsOf(behind) : [])].map(textWithoutFields).join(" "))
      || (behind && called === clean(el.innerText) ? "" : called);
    const custom = ticks && el.tagName !== "INPUT" ? clean(el.innerText) : "";
    const problem = (el.getAttribute("aria-invalid") === "true"
      && (referenced(el, "aria-errormessage") || referenced(el, "aria-describedby"))) || objectionNear(el);
    return {
      kind, label: named, aria: clean(el.getAttribute("aria-label")), placeholder: clean(el.placeholder),
      title: clean(el.title), nearby: custom || (ticks ? after(el) || before(el) : before(el, behind)), legend: legend(el),
      autocomplete: el.getAttribute("autocomplete") || "", input_mode: el.getAttribute("inputmode") || "",
      required: Boolean(el.required || behind?.required) || behind?.getAttribute("aria-required") === "true" || el.getAttribute("aria-required") === "true"
        || starred(el) || (kind === "radio" && nearest(el, "[role=radiogroup]")?.getAttribute("aria-required") === "true"),
      visible: visible(el), read_only: Boolean(el.readOnly),
      enabled: !el.matches(":disabled") && el.getAttribute("aria-disabled") !== "true",
      value: valueOf(el), checked: Boolean(el.checked) || el.getAttribute("aria-checked") === "true",
      options: el.tagName === "SELECT" ? [...el.options].map((at) =>
        ({ text: clean(at.textContent), value: at.value, enabled: !at.disabled })) : [],
      form: formOf(el), group: groupOf(el), order: all.indexOf(el), longest: el.maxLength > 0 ? el.maxLength : 0,
      least: el.min || "", most: el.max || "", accepts: el.accept || "",
      valid: !el.willValidate || el.validity.valid, objection: el.willValidate ? el.validationMessage : "",
      marked_wrong: el.getAttribute("aria-invalid") === "true", problem, hints: hints(el),
      group_required: groupRequired(el), input_name: el.getAttribute("name") || "",
    };
  };

  const BUTTON = "button, input[type=submit], input[type=image], input[type=button], [role=button]";
  const LIKE_BUTTON = "a[href^='#'], a[href^='javascript:' i], a:not([href]), [onclick], [class*=button i], [class*=btn i], "
    + "[class*=submit i]";
  const NO_BUTTON = `form, fieldset, body, html, label, ${BUTTON}`;
  const onlyLooks = (el) => !el.matches(NO_BUTTON) && !el.closest(BUTTON) && !el.querySelector(`${BUTTON}, ${LIKE_BUTTON}`)
    && !holdsField(el) && el.textContent.length < 100;
  const buttonElements = all.filter((el) => !isField.has(el)
    && (el.matches(BUTTON) || (el.matches(LIKE_BUTTON) && onlyLooks(el))));
  const nameOf = (el) => clean(el.getAttribute("aria-label") || referenced(el, "aria-labelledby") || el.innerText || el.value
    || el.alt || el.title);
  const buttons = buttonElements.map((el) => ({
    name: nameOf(el), visible: drawn(el), enabled: !el.matches(":disabled") && el.getAttribute("aria-disabled") !== "true",
    form: formOf(el), order: all.indexOf(el), submits: ["submit", "image"].includes(el.type) && Boolean(el.form),
    proper: el.matches(BUTTON),
  }));
  const linkElements = all.filter((el) => !isField.has(el) && el.matches("a[href], summary, [role=tab], [role=link], [aria-expanded]")
    && el.textContent.length < 200 && drawn(el));
  const links = linkElements.map((el) => ({ name: nameOf(el), href: el.href || "", elsewhere: el.target === "_blank" }));

  const saidBy = (selector) => all.filter((el) => el.matches(selector)
    && !el.matches("form, input, select, textarea, body, html") && shown(el) && !holdsField(el))
    .map((el) => clean(el.innerText)).filter(Boolean);
  const alerts = saidBy("[role=alert], [aria-live=assertive], [class*=error i], [class*=invalid i]");
  const objections = saidBy("[class*=error i], [class*=invalid i], [class*=danger i]");
  const CAPTCHA = "iframe[src*='recaptcha' i], iframe[src*='hcaptcha' i], iframe[src*='challenges.cloudflare' i], "
    + "iframe[src*='captcha' i], div.g-recaptcha, div.h-captcha, div.cf-turnstile, div.frc-captcha, altcha-widget, div.mtcaptcha, "
    + "img[src*='captcha' i], img[alt*='captcha' i], img[id*='captcha' i], img[class*='captcha' i]";
  const unseen = (el) => el.getAttribute("data-size") === "invisible" || /size=invisible/.test(el.src || "")
    || el.getAttribute("data-appearance") === "interaction-only"
    || (el.tagName !== "DIV" && !drawn(el));
  const captchas = all.filter((el) => el.matches(CAPTCHA) && !unseen(el) && shown(el))
    .map((el) => ({ form: formOf(el), what: clean(el.className || el.getAttribute("src")).slice(0, 80) }));
  const text = roots.map((root) => root === document ? document.body?.innerText || ""
    : [...root.children].filter((el) => el.innerText && !el.matches("style")).map((el) => el.innerText).join("\n"));

  return {
    snapshot: {
      fields: fieldElements.map(describe), buttons, links, alerts, objections, captchas,
      passwords: fieldElements.filter((el) => el.type === "password" && visible(el)).length,
      searches: formElements.map((el, form) => el.getAttribute("role") === "search" ? form : -2),
      lines: text.join("\n").split(/\n+/).map(clean).filter(Boolean),
      language: document.documentElement.lang || "", editor: Boolean(editor),
      title: clean(document.title), loaded: performance.timeOrigin,
    },
    fields: fieldElements,
    labels: fieldElements.map((el) => tickable(el) && !drawn(el) ? labelsOf(el).find(drawn) || el : box(el)),
    natives: fieldElements.map((el) => standsFor(el)),
    buttons: buttonElements,
    links: linkElements,
    formOf,
  };
}
