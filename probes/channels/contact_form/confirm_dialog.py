"""Boxes of the page's own that ask, after the button was pressed, whether to send at all. Touches no page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from probes.channels.contact_form.parts import JUST_OK, LONGEST_BUTTON
from probes.channels.contact_form.scan import Button, FrameAndForm, Snapshot
from probes.forms.words import Words, has_phrase


def yes_in_a_box(
    snapshot: Snapshot, before: Snapshot, place: FrameAndForm, words: Sequence[Words]
) -> Button | None:
    """Find the button that says yes beside words about sending, both of them new since the press.

    What was there before must be there still: a button that changes to "Sending…" is no box.
    """
    if _shown(before, place) - _shown(snapshot, place):
        return None
    more = _shown(snapshot) - _shown(before)
    was_there = " ".join(before.lines)  # what shows may break lines anew
    asked = [line for line in snapshot.lines if line not in was_there and not more[line]]
    if not any(_speaks_of_sending(line, words) for line in asked):
        return None
    # Of two of the same name the one in the box comes last, as boxes stand at a page's end.
    new = [each for each in reversed(snapshot.buttons) if each.visible and each.enabled and more[each.name]]
    new = [each for each in new if each.where[0] == place[0] and len(each.name) <= LONGEST_BUTTON]
    asks = any("?" in line for line in asked)
    return next((each for each in new if _says_yes(each, words, asks=asks)), None)


def _shown(snapshot: Snapshot, place: FrameAndForm | None = None) -> Counter[str]:
    return Counter(each.name for each in snapshot.buttons if each.visible and place in (None, each.place))


def _speaks_of_sending(text: str, words: Sequence[Words]) -> bool:
    return any(has_phrase(text, (*each.buttons.send, *each.buttons.confirm)) for each in words)


def _says_yes(button: Button, words: Sequence[Words], *, asks: bool) -> bool:
    if any(has_phrase(button.name, each.buttons.confirm) for each in words):
        return True
    return asks and (_speaks_of_sending(button.name, words) or has_phrase(button.name, JUST_OK))
