"""The law of a webhook (bildirim adresi): one officer adds it, tries it out, and closes it for good."""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class State(StrEnum):
    """Whether an address is told anything."""

    OPEN = "open"  # açık
    CLOSED = "closed"  # kapalı


class Act(StrEnum):
    """What may be done to an address."""

    TEST = "test"  # deneme gönder
    REPLAY = "replay"  # yeniden gönder
    ROTATE = "rotate"  # imza anahtarını yenile
    CLOSE = "close"  # kapat
    VANISH = "vanish"  # alıcı «artık yok» dedi


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards look at."""

    test_waits: bool = False
    secret_seen: bool = True
    deputy: bool = False


def webhook_test_waits(facts: Facts) -> bool:
    """The test before is on its way; one that failed is sent again at once."""
    return facts.test_waits


def webhook_secret_changed(facts: Facts) -> bool:
    """Somebody renewed the secret after this page was opened: renewing it again would void theirs unseen."""
    return not facts.secret_seen


def webhook_not_by_deputy(facts: Facts) -> bool:
    """Where an institution's events go outlasts a deputy's days."""
    return facts.deputy


_OPEN = frozenset({State.OPEN})
_OFFICER = frozenset({Role.OFFICER})

LAW: Lifecycle[Facts] = Lifecycle(
    "webhook",
    State,
    Act,
    start=State.OPEN,
    rules=[
        Rule(Act.TEST, _OFFICER, _OPEN, State.OPEN, (webhook_test_waits,)),
        Rule(Act.REPLAY, _OFFICER, _OPEN, State.OPEN),
        Rule(Act.ROTATE, _OFFICER, _OPEN, State.OPEN, (webhook_not_by_deputy, webhook_secret_changed)),
        Rule(Act.CLOSE, _OFFICER, _OPEN, State.CLOSED),
        Rule(Act.VANISH, frozenset({Role.SYSTEM}), _OPEN, State.CLOSED, (), "RFC 9110 15.5.11 (410 Gone)"),
    ],
)
