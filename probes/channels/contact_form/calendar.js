// Finds the day nearest to the preferred one (its number in the month) that can be chosen in the calendar that shows.
(preferred) => {
  const roots = [document];
  for (const root of roots) for (const el of root.querySelectorAll("*")) if (el.shadowRoot) roots.push(el.shadowRoot);
  const number = (el) => /^\d{1,2}$/.test(el.textContent.trim()) ? Number(el.textContent) : 0;
  const drawn = (el) => el.getClientRects().length && el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const cells = roots
    .flatMap((root) => [...root.querySelectorAll("td, td *, span, button, div, a, li, [role=gridcell]")])
    .filter((el) => number(el) && ![...el.children].some(number) && drawn(el));
  // A calendar is where the numbers run from 1 to 28 at least; what stands before and after are other months.
  const month = [...Array(28).keys()];
  const begins = (at) => month.every((day) => cells[at + day] && number(cells[at + day]) === day + 1);
  const start = cells.findIndex((_, at) => begins(at));
  if (start < 0) return null;
  let end = start;
  while (cells[end] && number(cells[end]) === end - start + 1) end += 1;
  const barred = (el) => [el, el.parentElement].some((at) => at.matches("[disabled], [aria-disabled=true]")
    || /disabled|unselectable|unavailable/i.test(at.getAttribute("class") || ""));
  const free = cells.slice(start, end).filter((el) => !barred(el));
  const distance = (el) => Math.abs(number(el) - preferred);
  return free.sort((one, other) => distance(one) - distance(other))[0] || null;
}
