// Runs in each frame before its own scripts: a closed shadow root is closed to scripts, not to whoever sits before the
// screen, and a form in it is there to be filled in by everybody. It changes nothing else.
(() => {
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (given) { return attach.call(this, { ...given, mode: "open" }); };
})()
