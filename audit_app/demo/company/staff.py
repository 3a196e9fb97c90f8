"""The staff of the demo company: who answers, how soon and in what mood.

The automatic acknowledgement goes out at once; what a person says is planned in the store, so that it is
still said after a restart. All choices come from a random generator that is seeded with the Message-ID of a
letter or the number of a chat message in its shop, so that they can be repeated.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit_app.demo.chain import SHOPS, Shop
from audit_app.demo.company import letters, words
from audit_app.demo.company.delivery import PostOffice
from audit_app.demo.company.store import Conversation, Plan, ReceivedMail, Store

BOT = "Fjord Assistant"
GREETING = "Hello and welcome to Fjord & Field! Write to us and a colleague from the shop will answer."
CHAT_ACKNOWLEDGEMENT = (
    "Thanks for writing. Your message has reached us; a colleague will be with you shortly."
)
TYPING_FOR = timedelta(seconds=4)
"""How long the typing bubble shows before an operator's answer, at most half of the wait."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one shop treats its customers.

    ``pace`` multiplies the company's usual time to answer; ``curt`` and ``never`` are the shares of messages
    that are answered impolitely, and not at all. ``ticket`` acknowledges with a number instead of "Re: ...".
    """

    pace: float = 1.5
    curt: float = 0.15
    never: float = 0.15
    acknowledges: bool = True
    ticket: bool = False


BEHAVIOURS: dict[str, Behaviour] = {
    "stockholm": Behaviour(pace=1.0, curt=0.0, never=0.0),
    "uppsala": Behaviour(pace=1.0, curt=0.05, never=0.05, ticket=True),
    "orebro": Behaviour(pace=2.0),
    "helsinki": Behaviour(pace=1.2, curt=0.1, never=0.1, ticket=True),
    "umea": Behaviour(pace=2.5, acknowledges=False),
    "lulea": Behaviour(pace=3.0, curt=0.3),
    "sundsvall": Behaviour(never=1.0),
    "oulu": Behaviour(pace=1.0, curt=1.0, never=0.0, ticket=True),
    "gothenburg": Behaviour(pace=1.2, curt=0.1, never=0.1),
    "malmo": Behaviour(pace=4.0, curt=0.4, never=0.4),
    "lund": Behaviour(pace=1.5, acknowledges=False),
    "london": Behaviour(pace=1.2, never=0.2, ticket=True),
}
_SHOPS = {shop.key: shop for shop in SHOPS}


class Staff:
    """Answers mail and chats. ``answer_after`` is the usual wait in seconds, from and to.

    ``run_later`` is called with a plan that has become due or will be; it may be called from any thread.
    """

    def __init__(
        self,
        store: Store,
        office: PostOffice,
        answer_after: tuple[float, float],
        seed: int,
        run_later: Callable[[Plan], None],
    ) -> None:
        self._store, self._office = store, office
        self._answer_after, self._seed, self._run_later = answer_after, seed, run_later

    def mail_arrived(self, shop: Shop, mail: ReceivedMail) -> None:
        """Acknowledge a customer's message and decide what becomes of it."""
        if not letters.wants_answer(mail):
            return
        chance, behaviour = self._chance(shop, mail.message_id or str(mail.id)), BEHAVIOURS[shop.key]
        if behaviour.acknowledges:
            self._send(letters.acknowledgement(shop, mail, behaviour.ticket, mail.received_at))
        if chance.random() >= behaviour.never:
            body = {
                "mail": mail.id,
                "polite": chance.random() >= behaviour.curt,
                "by": self._somebody(shop, chance),
            }
            self._plan("mail", str(mail.id), mail.received_at, behaviour, chance, body)

    def visitor_wrote(self, conversation: Conversation, text: str, now: datetime, first: bool) -> None:
        """Greet a visitor's first message by bot, and decide whether a colleague will answer this one."""
        shop, number = _SHOPS[conversation.shop], self._store.count_visitor_messages(conversation.shop)
        chance, behaviour = self._chance(shop, f"chat {number}"), BEHAVIOURS[shop.key]
        if first:
            self._store.add_chat_message(conversation.id, "bot", BOT, CHAT_ACKNOWLEDGEMENT, now)
        if chance.random() >= behaviour.never:
            polite = chance.random() >= behaviour.curt
            operator = self._somebody(shop, self._chance(shop, conversation.id))
            reply = letters.chat_answer(conversation, text, polite, operator, chance)
            self._plan("chat", conversation.id, now, behaviour, chance, {"text": reply, "by": operator})

    def carry_out(self, plan: Plan, now: datetime) -> None:
        """Give the answer that was planned; all of it or nothing."""
        with self._store.transaction():
            self._store.remove_plan(plan.id)
            if plan.kind == "chat":
                self._answer_chat(plan, now)
            else:
                self._answer_mail(plan, now)

    def typing(self, conversation: str, now: datetime) -> str | None:
        """The first name of the operator who is typing to this visitor, if somebody is."""
        for plan in self._store.plans(conversation):
            since = datetime.fromisoformat(plan.body["typing_from"])
            if since <= now:
                return str(plan.body["by"])
        return None

    def seconds_to_typing(self, conversation: str, now: datetime) -> float | None:
        """How long until somebody begins to type to this visitor; None while nobody is about to."""
        begins = (
            datetime.fromisoformat(plan.body["typing_from"]) for plan in self._store.plans(conversation)
        )
        return min(((at - now).total_seconds() for at in begins if at > now), default=None)

    def _plan(
        self,
        kind: str,
        subject: str,
        now: datetime,
        behaviour: Behaviour,
        chance: random.Random,
        body: dict[str, object],
    ) -> None:
        wait = timedelta(seconds=chance.uniform(*self._answer_after) * behaviour.pace)
        body["typing_from"] = (now + wait - min(TYPING_FOR, wait / 2)).isoformat()
        self._run_later(self._store.add_plan(now + wait, kind, subject, body))

    def _answer_mail(self, plan: Plan, now: datetime) -> None:
        mail = self._store.shop_mail(plan.body["mail"])[0]
        shop = _SHOPS[mail.shop]
        chance = self._chance(shop, f"words {mail.id}")
        self._send(letters.answer(shop, mail, plan.body["polite"], plan.body["by"], now, chance))

    def _answer_chat(self, plan: Plan, now: datetime) -> None:
        said = self._store.chat_messages(plan.subject)
        if not any(message.role == "operator" for message in said):
            joined = f"{plan.body['by']} has joined the conversation."
            self._store.add_chat_message(plan.subject, "system", "", joined, now)
        self._store.add_chat_message(plan.subject, "operator", plan.body["by"], plan.body["text"], now)

    def _send(self, letter: letters.Letter) -> None:
        self._office.deliver(letter.envelope_from, letter.recipient, letter.raw, letter.at)

    def _chance(self, shop: Shop, what: str) -> random.Random:
        return random.Random(f"{self._seed} {shop.key} {what}")  # noqa: S311 - a play, not a secret

    def _somebody(self, shop: Shop, chance: random.Random) -> str:
        """One of the three people who work in this shop."""
        start = list(_SHOPS).index(shop.key) * 3
        return chance.choice([words.FIRST_NAMES[(start + n) % len(words.FIRST_NAMES)] for n in range(3)])
