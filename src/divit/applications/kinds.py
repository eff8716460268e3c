"""Kinds of application, and the one table of when each is produced: pages and release read the same rows."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """Başvuru türü."""

    FIRST = "first"  # İlk sertifika
    OTHER = "other"  # Diğer
    RENEWAL = "renewal"  # Yenileme
    LOST = "lost"  # Kayıp / çalıntı
    HARDWARE_FAULT = "hardware_fault"  # Donanım arızası
    IDENTITY_UPDATE = "identity_update"  # Kimlik bilgisi güncelleme
    PIN_LOST = "pin_lost"  # PIN/PUK kayıp / çalıntı


class Payer(StrEnum):
    """Who bears the fee."""

    PERSON = "person"  # kişi ödemeli
    INSTITUTION = "institution"  # kurum ödemeli


class Needs(StrEnum):
    """Which certificate of the same institution a kind presupposes."""

    NOTHING = "nothing"
    NONE_OPEN = "none_open"  # a first certificate is the first one
    ONE_VALID = "one_valid"  # only what is valid can be renewed
    ONE_EVER = "one_ever"  # there must have been one to replace


@dataclass(frozen=True, kw_only=True)
class ProductionRule:
    """When a kind is produced and what production does to the person's other certificates (spec §3.6)."""

    kind: Kind
    months_left: int | None = None  # None: at once; else when the newest active certificate has this long to go
    replaces: bool = False  # all certificates of the person from the same institution are revoked
    needs: Needs = Needs.NOTHING
    closed_first: bool = False  # no certificate may be left open before production
    transfers_may_differ: bool = False


RULES: Mapping[Kind, ProductionRule] = {
    rule.kind: rule
    for rule in (
        ProductionRule(kind=Kind.FIRST, needs=Needs.NONE_OPEN, transfers_may_differ=True),
        ProductionRule(kind=Kind.OTHER, transfers_may_differ=True),
        ProductionRule(kind=Kind.RENEWAL, months_left=2, needs=Needs.ONE_VALID, transfers_may_differ=True),
        ProductionRule(kind=Kind.LOST, replaces=True, needs=Needs.ONE_EVER, closed_first=True),
        ProductionRule(kind=Kind.HARDWARE_FAULT, replaces=True, needs=Needs.ONE_EVER),
        ProductionRule(kind=Kind.IDENTITY_UPDATE, replaces=True, needs=Needs.ONE_EVER),
        ProductionRule(kind=Kind.PIN_LOST, replaces=True, needs=Needs.ONE_EVER, closed_first=True),
    )
}


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What the person holds from one institution: serials ever, open (valid or suspended), valid, and until when."""

    ever: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    valid: tuple[str, ...] = ()
    newest_valid_until: date | None = None


def unfit(kind: Kind, held: Holdings) -> str | None:
    """The code that says why this kind does not fit what the person holds, or None."""
    needs = RULES[kind].needs
    if needs is Needs.NONE_OPEN and held.open:
        return "first_but_one_is_open"
    if needs is Needs.ONE_VALID and held.newest_valid_until is None:
        return "nothing_to_renew"
    if needs is Needs.ONE_EVER and not held.ever:
        return "nothing_to_replace"
    return None


def will_be_revoked(kind: Kind, held: Holdings) -> tuple[str, ...]:
    """Serials that production will revoke, sorted: what the person must have seen and accepted."""
    return tuple(sorted(held.open)) if RULES[kind].replaces else ()


def window_opens(kind: Kind, held: Holdings) -> date | None:
    """The day from which production may begin; None when nothing needs to be waited for."""
    months = RULES[kind].months_left
    if months is None or held.newest_valid_until is None:
        return None
    return months_before(held.newest_valid_until, months)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where that month is shorter."""
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))
