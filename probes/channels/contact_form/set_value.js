// Gives a box (true or false) or a select (an option's text) its value, with the events that a person's choice would have
// caused; frameworks that watch the property are passed by. Returns whether the value is there afterwards.
(el, wanted) => {
  const tell = () => ["input", "change"].forEach((name) => el.dispatchEvent(new Event(name, { bubbles: true })));
  const set = (name, value) => {
    const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(el), name);
    if (own && own.set) own.set.call(el, value); else el[name] = value;
  };
  if (typeof wanted === "boolean") {
    if (!("checked" in el)) return false;
    set("checked", wanted);
    tell();
    return el.checked === wanted;
  }
  const option = [...(el.options || [])].find((at) => at.textContent.trim() === wanted);
  if (!option) return false;
  set("value", option.value);
  tell();
  return el.value === option.value;
}
