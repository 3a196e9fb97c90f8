"""What the pages that teach a chat say about parts, screens and marks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from audit_app.models import TrialState, WidgetTrial
from audit_app.services.widgets.findings import Part
from audit_app.web.presentation import duration

UNTAKEN = timedelta(seconds=20)
"""A worker looks for tries every two seconds; after so long none seems to run."""

PARTS = {
    "consent": "Consent banner",
    "launcher": "What opens the chat",
    "frame": "Where the chat is",
    "home.begin": "What begins a conversation",
    "prechat.submit": "What ends the form",
    "composer": "Where the message goes",
    "composer.send": "What sends the message",
    "messages": "Where messages are read",
}
NOT_THERE = {
    "consent": "No banner stood in the way.",
    "launcher": "The chat stands open, or its vendor's own call opens it.",
    "frame": "In the page itself, in no frame.",
    "home.begin": "The chat begins without being asked to.",
    "prechat.submit": "There is no form before the chat.",
    "composer.send": "Not there. Many chats show it only once something is typed; without it the Enter key sends.",
    "messages": "No list of messages shows yet; they are looked for around our own words.",
}
ABSENT = {
    "consent": "There is no banner",
    "launcher": "Nothing: the chat stands open",
    "frame": "In the page itself, in no frame",
    "home.begin": "There is no such screen",
    "prechat.submit": "There is no form before the chat",
    "composer.send": "Nothing: the Enter key sends",
}
OWN = {
    "name": "Another, by its name",
    "pattern": "Another, by a pattern of its name",
    "css": "Another, by a CSS selector",
}
OWN_LABELS = {1: "Its name or selector", 2: "Its name or selector", 3: "Its name, pattern or selector"}
VALUES = {
    "": "Nothing",
    "name": "The name",
    "email": "The e-mail address",
    "message": "The message itself",
    "true": "A tick",
}
"""What goes into a field of the form before the chat."""
MESSAGES = {
    "item": ("One message", "Matches each message in the transcript, typing bubbles too."),
    "roles.visitor": ("Our own message", "Matches a message that the visitor wrote."),
    "roles.person": (
        "A person's message",
        "Only a person stops the clock: leave it empty unless you are sure.",
    ),
    "roles.bot": ("A bot's message", ""),
    "roles.system": ("A line of the chat itself", "“Anna joined the chat”, for example."),
    "roles.typing": ("A typing bubble", "Never a message, whatever else it matches."),
    "author": ("The writer's name", "Inside a message."),
    "text": (
        "What was written",
        "Inside a message. Needed where a message shows a name or a time too: our own words must stand there alone.",
    ),
    "time": ("The server's time", "Inside a message; an element with the attribute datetime."),
}
SCREENS = {
    "page": "The page, before anything is clicked",
    "home": "The chat's first screen",
    "form": "The form before the chat",
    "composer": "The chat, ready to write in",
    "offline": "The form for when nobody is there",
    "end": "Where it went no further",
}
WAYS = {
    "composer": "A probe would write into the chat at once.",
    "form": "The form before the chat takes the message itself: to send it is to send the probe.",
    "prechat": "A probe would fill in the form before the chat and then write. What comes after the form shows only "
    "once a conversation was begun.",
    "offline": "Nobody was there: a probe would leave its message in the chat's form, and the answer would come by mail.",
}
TAGS = {"button": "button", "field": "field", "tick": "box to tick", "frame": "frame", "area": "messages"}


def mark(given: Mapping[str, Any]) -> str:
    """A thing on a screen in a few words: its name, or its selector where it has none."""
    return f"“{given['name']}”" if given["name"] else f"{TAGS[given['kind']]} {given['css']}"


def keep(part: Part) -> str:
    """What it means to leave a part as it is."""
    if part.mark:
        return f"As found: {part.mark['number']} · {mark(part.mark)}"
    return {
        "missing": "As it is: not there",
        "unopened": "As it is: not found",
        "later": "As it is: not seen yet",
    }.get(part.found, "As it is: not reached")


def action(part: Part) -> str:
    """What a probe would do with a part, as a sentence."""
    if part.mark is None:
        return {
            "missing": NOT_THERE.get(part.kind.key, "Looked for, and not there."),
            "unopened": "Nothing that opens a chat was found. If you see it on the picture, say which it is.",
            "later": "Shows only once a conversation was begun, so a dry run cannot see it.",
        }.get(part.found, "The dry run did not get so far.")
    return {
        "click": "A probe would click it.",
        "look inside": "Everything else is looked for in this frame.",
        "type the message": "A probe would type its message here.",
        "read": "What is said would be read here.",
    }.get(part.does, part.does)


def waiting(trial: WidgetTrial, now: datetime) -> str:
    """How far a try is that has not ended, and what to do when nobody takes it."""
    if trial.state is TrialState.RUNNING:
        return f"{trial.progress or 'Starting a browser'} …"
    waited = now - trial.asked_at
    if waited < UNTAKEN:
        return "Waiting for the worker, which has the browsers …"
    return (
        f"No worker has taken this for {duration(waited)}. Is one running? It is started with “audit-app worker”. "
        "A worker that is busy with another try takes this one next."
    )
