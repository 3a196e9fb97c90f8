"""One chat without a database: what it needs to be gone back to is kept in a file of its own."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from audit_app.domain.errors import AuditError, InvalidInput
from audit_app.domain.probes.first_times import FirstTime, first_times_of
from audit_app.domain.probes.probe import ObservationKind
from probes.base import Blocked, Fact, Message, NotSent, OurFailure, ProbeError, Proof
from probes.browser.browsers import Browsers
from probes.channel import Equipment
from probes.channels.chat.channel import Chat, ChatAttempt

FORMAT = 1
Report = Callable[[Fact, tuple[FirstTime, ...]], None]
"""Takes each new fact, and of what it is the first: of anything, of automatic messages, of a person's."""


class ChatFailed(AuditError):
    """The chat did not come about or could not be followed; the message says why, `evidence` shows what was seen."""

    def __init__(self, sentence: str, evidence: tuple[Proof, ...] = ()) -> None:
        super().__init__(sentence)
        self.evidence = evidence


@dataclass(frozen=True)
class KeptChat:
    """One chat as its file keeps it; `state` holds cookies, so the file is for its owner only."""

    url: str
    widget: str
    name: str
    email: str
    text: str
    language: str = "en"
    time_zone: str = "UTC"
    state: Mapping[str, Any] | None = None
    sending_at: str = ""
    """When sending was begun; from then on it is never sent again, only looked for."""
    sent: bool = False
    looked_at: str = ""
    told: tuple[str, ...] = ()
    """What was reported already, by the key of each fact."""
    firsts: tuple[str, ...] = ()
    """Of what the first has come: anything, an automatic message, a person."""


def read_kept(path: Path) -> KeptChat:
    """Read the file of an earlier chat; raises InvalidInput when it is none."""
    try:
        written = json.loads(path.read_text("utf-8"))
        if written.pop("format") != FORMAT:
            raise ValueError("it was written by another version")
        kept = TypeAdapter(KeptChat).validate_python(written)
        for instant in filter(None, (kept.sending_at, kept.looked_at)):
            if datetime.fromisoformat(instant).tzinfo is None:
                raise ValueError(f"{instant} names no time zone")
        return kept
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"{path} does not keep a chat ({where}: {first['msg']}). Name a file that --state wrote."
        ) from error
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be read: {error.strerror}. Name a file that --state wrote."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{path} does not keep a chat ({error}). Name a file that --state wrote."
        ) from error


def write_kept(path: Path, kept: KeptChat) -> None:
    """Write the file whole or not at all, readable by its owner only; raises InvalidInput."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, **asdict(kept)}, file)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise InvalidInput(
            f"{path} cannot be written: {error.strerror}. Name another file for --state."
        ) from error


class StandaloneChat:
    """Sends or goes back to one chat; `tell` gets each new fact, `keep` each state that must not be lost."""

    def __init__(
        self, browsers: Browsers, kept: KeptChat, tell: Report, keep: Callable[[KeptChat], None]
    ) -> None:
        self._browsers, self.kept, self._tell, self._keep = browsers, kept, tell, keep

    async def send(self, watch_seconds: float) -> None:
        """Send the message once and watch. Raises ChatFailed."""
        await self._with_attempt(None, self._send, watch_seconds)

    async def resume(self, watch_seconds: float) -> None:
        """Go back, find our own message, tell what came since and watch; sends nothing. Raises ChatFailed."""
        if self.kept.state is None:
            raise ChatFailed("Nothing was ever sent in this chat; begin it anew.")
        await self._with_attempt(self.kept.state, self._return, watch_seconds)

    async def _with_attempt(self, state: Mapping[str, Any] | None, begin: Any, watch_seconds: float) -> None:
        message = self._message()
        try:
            async with Chat().open(Equipment(self._browsers), message, state) as attempt:
                await attempt.prepare()
                await begin(attempt)
                await self._watch(attempt, watch_seconds)
        except ProbeError as error:
            raise ChatFailed(str(error), error.evidence) from error

    async def _send(self, attempt: ChatAttempt) -> None:
        async def begin() -> None:
            self._note(state=await attempt.state(), sending_at=_now().isoformat())

        try:
            sent = await attempt.send(begin)
        except (NotSent, Blocked):
            self._note(state=None, sending_at="")
            raise
        self._report(sent)
        self._note(state=await attempt.state(), sent=True, looked_at=sent.latest.isoformat())

    async def _return(self, attempt: ChatAttempt) -> None:
        if self.kept.sent:
            return
        found = await attempt.find_sent(datetime.fromisoformat(self.kept.sending_at))
        if found is None:
            raise ChatFailed(
                "Our message is not to be seen in the chat, so it may never have been sent. Look into the chat"
                " yourself before you write again."
            )
        self._note(sent=True, looked_at=self.kept.sending_at)
        self._report(found)

    async def _watch(self, attempt: ChatAttempt, seconds: float) -> None:
        since = datetime.fromisoformat(self.kept.looked_at)
        until = _now() + timedelta(seconds=seconds)
        async for observation in attempt.watch(until, since):
            self._report(observation)
        try:
            self._note(state=await attempt.state(), looked_at=min(until, _now()).isoformat())
        except OurFailure:
            self._note(looked_at=min(until, _now()).isoformat())

    def _report(self, observation: Fact) -> None:
        if observation.key not in self.kept.told:
            possible = first_times_of(ObservationKind(observation.kind.value))
            firsts = tuple(first for first in possible if first not in self.kept.firsts)
            self._tell(
                observation, firsts
            )  # first: told twice is better than never, if the file cannot be written
            self._note(told=(*self.kept.told, observation.key), firsts=(*self.kept.firsts, *firsts))

    def _note(self, **changes: Any) -> None:
        self.kept = replace(self.kept, **changes)
        self._keep(self.kept)

    def _message(self) -> Message:
        kept = self.kept
        return Message(
            token="", channel="chat", persona_name=kept.name, from_address=kept.email, text=kept.text,
            language=kept.language, url=kept.url, widget=kept.widget, time_zone=kept.time_zone,
        )  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC)
