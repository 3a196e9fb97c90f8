// Resolves once the document has not changed for so many milliseconds, and after two seconds at the latest.
(quiet) => new Promise((done) => {
  let timer = setTimeout(done, quiet);
  const seen = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(finish, quiet); });
  const finish = () => { seen.disconnect(); done(); };
  seen.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  setTimeout(finish, 2000);
})
