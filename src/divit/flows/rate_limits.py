"""How often anybody may try what costs money or could be guessed (threats T4, T5, T24, T26).

Every process counts in the same windows, before the act, and counts all of them or none.
"""

from django.conf import settings

from divit.kernel.phone import Phone
from divit.verification.windows import Limit, Spent, spend, take

MINUTE, HOUR, DAY = 60, 3600, 86_400

__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "Limit",
    "Spent",
    "closing_limit",
    "code_limits",
    "debt_limits",
    "past_status_limits",
    "program_limit",
    "public_status_limits",
    "reference_limits",
    "spend",
    "take",
    "token_limits",
    "unproven_limits",
]


def code_limits(*, to: str, person_id: str, address: str, purpose: str) -> list[Limit]:
    """Sending one code: with three tries each, ten codes a day leave a guesser 30 chances in a million.

    The pause before the next code is for one purpose: who opens a certificate again may apply right after.
    Whole institutions stand behind one network address, so that limit is wide; those on number and person are not.
    """
    limits = [
        Limit(name="code.resend", of=f"{person_id}|{to}|{purpose}", most=1, seconds=30),
        Limit(name="code.receiver", of=to, most=settings.DIVIT.codes_per_quarter_hour, seconds=15 * MINUTE),
        Limit(name="code.receiver", of=to, most=settings.DIVIT.codes_per_day, seconds=DAY),
        Limit(name="code.person", of=person_id, most=settings.DIVIT.codes_per_day, seconds=DAY),
        Limit(name="code.address", of=address, most=60, seconds=HOUR),
        Limit(name="code.all", of="", most=3000, seconds=HOUR),
    ]
    if isinstance(to, Phone):
        # A run over neighbouring numbers is what toll fraud looks like.
        limits.append(
            Limit(name="code.prefix", of=to[:-4], most=10 * settings.DIVIT.codes_per_quarter_hour, seconds=HOUR)
        )
    return limits


def debt_limits(*, number: str, address: str) -> list[Limit]:
    """Asking for somebody's debt by national or tax number with birth data: the number is counted whoever asks."""
    return [
        Limit(name="debt.number", of=number, most=5, seconds=DAY),
        Limit(name="debt.address", of=address, most=60, seconds=HOUR),
        Limit(name="debt.all", of="", most=5000, seconds=HOUR),
    ]


def unproven_limits(*, address: str) -> list[Limit]:
    """Keeping words that only claim to be the bank's: some are worth a look, a flood of them is not."""
    return [
        Limit(name="unproven.address", of=address, most=30, seconds=HOUR),
        Limit(name="unproven.all", of="", most=1000, seconds=DAY),
    ]


def reference_limits(*, number: str, address: str) -> list[Limit]:
    """Asking by the application's reference: no proof of work is needed, so it is granted less often."""
    return [
        Limit(name="reference.number", of=number, most=5, seconds=DAY),
        Limit(name="reference.address", of=address, most=20, seconds=HOUR),
        Limit(name="debt.all", of="", most=5000, seconds=HOUR),
    ]


def past_status_limits(*, of: str) -> list[Limit]:
    """Sealed statements of past states for somebody who is logged in: each is work for the signer."""
    return [
        Limit(name="past_status.asker", of=of, most=60, seconds=HOUR),
        Limit(name="past_status.all", of="", most=3000, seconds=HOUR),
    ]


def public_status_limits(*, address: str, proven: bool) -> list[Limit]:
    """The same for anybody; without the browser's proof of work it is granted less often."""
    kind, most = ("proven", 60) if proven else ("unproven", 10)
    return [
        Limit(name=f"past_status.{kind}", of=address, most=most, seconds=HOUR),
        Limit(name="past_status.public", of="", most=1500, seconds=HOUR),
        Limit(name="past_status.all", of="", most=3000, seconds=HOUR),
    ]


def program_limit(program_id: str, *, writes: bool) -> Limit:
    """Calls of an institution's program: reading is cheap, what is written makes notices and work for people."""
    kind, most = ("write", 60) if writes else ("read", 300)
    return Limit(name=f"program.{kind}", of=program_id, most=most, seconds=MINUTE)


def closing_limit(program_id: str) -> Limit:
    """Certificates that a program may suspend: more than leave in a day, fewer than a stolen key could reach."""
    return Limit(name="program.closing", of=program_id, most=500, seconds=DAY)


def token_limits(*, client_id: str, address: str) -> list[Limit]:
    """Asking for a token: from one address, so that nobody shuts a program out by asking in its name."""
    return [
        Limit(name="token.client", of=f"{client_id}|{address}", most=20, seconds=MINUTE),
        Limit(name="token.address", of=address, most=120, seconds=MINUTE),
    ]
