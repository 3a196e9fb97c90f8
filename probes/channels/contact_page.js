// Reads where a page may publish an address: its links to mail, its text, and what it tells search engines (JSON-LD).
() => ({
  links: [...document.querySelectorAll("a[href^='mailto:' i]")].map((a) => a.getAttribute("href")),
  text: document.body?.innerText || "",
  data: [...document.querySelectorAll("script[type='application/ld+json' i]")].map((data) => data.textContent),
})
