"""Chooses a day in a calendar that opens at a field which cannot be typed into."""

from __future__ import annotations

from datetime import date

from probes.browser.browsers import BrowserError, ElementHandle, Frame, within

LOOK_SECONDS = 5.0
FIND_DAY = """(preferred) => {
  const roots = [document];
  for (const root of roots) for (const el of root.querySelectorAll("*")) if (el.shadowRoot) roots.push(el.shadowRoot);
  const number = (el) => /^\\d{1,2}$/.test(el.textContent.trim()) ? Number(el.textContent) : 0;
  const drawn = (el) => el.getClientRects().length && el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const cells = roots.flatMap((root) => [...root.querySelectorAll("td, td *, span, button, div, a, li, [role=gridcell]")])
    .filter((el) => number(el) && ![...el.children].some(number) && drawn(el));
  // A calendar is where the numbers run from 1 to 28 at least; what stands before and after are other months.
  const start = cells.findIndex((_, at) => [...Array(28).keys()].every((day) => cells[at + day] && number(cells[at + day]) === day + 1));
  if (start < 0) return null;
  let end = start;
  while (cells[end] && number(cells[end]) === end - start + 1) end += 1;
  const barred = (el) => [el, el.parentElement].some((at) => at.matches("[disabled], [aria-disabled=true]")
    || /disabled|unselectable|unavailable/i.test(at.getAttribute("class") || ""));
  const free = cells.slice(start, end).filter((el) => !barred(el));
  const distance = (el) => Math.abs(number(el) - preferred);
  return free.sort((one, other) => distance(one) - distance(other))[0] || null;
}"""


def preferred_day(wanted: date, today: date) -> int:
    """Say which day to choose in a calendar that shows this month: the wanted one, or the first if that is past."""
    return wanted.day if (wanted.year, wanted.month) == (today.year, today.month) else 1


async def day_in_calendar(frame: Frame, preferred: int) -> ElementHandle | None:
    """Find the day that can be chosen and is nearest to the preferred one, in the calendar that shows, if one does."""
    try:
        return (await within(LOOK_SECONDS, frame.evaluate_handle(FIND_DAY, preferred))).as_element()
    except BrowserError:
        return None
