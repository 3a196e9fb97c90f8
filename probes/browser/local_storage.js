// Replaces what the page's origin has in its local storage by the given entries.
(entries) => {
  localStorage.clear();
  for (const { name, value } of entries) localStorage.setItem(name, value);
}
