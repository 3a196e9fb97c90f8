// Reads the option of an open list that the keyboard would take: the text of what the focused element calls active.
() => {
  let at = document.activeElement;
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  const id = at && at.getAttribute("aria-activedescendant");
  const option = id ? at.getRootNode().getElementById(id) : at && at.matches("[role=option]") ? at : null;
  return option ? option.innerText.replace(/\s+/g, " ").trim() : "";
}
