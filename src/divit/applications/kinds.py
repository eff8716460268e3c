"""Kinds of application, and the one table of when each is produced: pages and release read the same rows."""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from divit.kernel.errors import Refused


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
class TransferRule:
    """What holds instead for somebody who comes from another institution (kurumlar arası geçiş); from reviewed data."""

    kind: Kind
    offered: bool
    months_left: int | None  # None: at once; else when the certificate of the other institution has this long to go


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """The valid certificate of another institution with which somebody comes, and the rules of the day."""

    institution: str  # its name
    valid_until: date
    rules: Mapping[Kind, TransferRule]


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What the person holds from one institution: serials ever, open (valid or suspended), valid, and until when."""

    ever: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    valid: tuple[str, ...] = ()
    newest_valid_until: date | None = None
    renewal_from: date | None = None
    """The first day on which a renewal may be applied for, while it lies ahead."""
    transfer: Transfer | None = None
    """Only where nothing is open here: who holds one here is no newcomer."""


def rule_for(kind: Kind, held: Holdings) -> ProductionRule:
    """The row of the kind, as a transfer changes it."""
    changed = held.transfer.rules.get(kind) if held.transfer else None
    return replace(RULES[kind], months_left=changed.months_left) if changed else RULES[kind]


def unfit(kind: Kind, held: Holdings) -> str | None:
    """The code that says why this kind does not fit what the person holds, or None."""
    closed = why_closed(kind, held)
    return closed.code if closed else None


def why_closed(kind: Kind, held: Holdings) -> Refused | None:
    """The refusal, with its facts, of a kind that does not fit what the person holds; None when it may be chosen."""
    if held.transfer is not None and RULES[kind].needs is not Needs.ONE_EVER:
        return _closed_to_transfer(kind, held, held.transfer)
    return _CLOSED[RULES[kind].needs](held)


def _closed_to_transfer(kind: Kind, held: Holdings, transfer: Transfer) -> Refused | None:
    rule, renews = transfer.rules.get(kind), RULES[kind].needs is Needs.ONE_VALID
    offered = rule.offered if rule else not renews
    if not offered:
        return Refused("not_for_transfers", institution=transfer.institution)
    return _too_early(held) if renews else None


def _too_early(held: Holdings) -> Refused | None:
    return Refused("renewal_too_early", day=f"{held.renewal_from:%d.%m.%Y}") if held.renewal_from else None


def _not_the_first(held: Holdings) -> Refused | None:
    return Refused("first_but_one_is_open") if held.open else None


def _not_renewable(held: Holdings) -> Refused | None:
    if held.newest_valid_until is None:
        return Refused("renewal_while_suspended" if held.open else "nothing_to_renew")
    return _too_early(held)


def _not_replaceable(held: Holdings) -> Refused | None:
    if held.ever:
        return None
    if held.transfer is not None:
        return Refused("replaced_where_it_was_issued", institution=held.transfer.institution)
    return Refused("nothing_to_replace")


_CLOSED: Mapping[Needs, Callable[[Holdings], Refused | None]] = {
    Needs.NOTHING: lambda held: None,
    Needs.NONE_OPEN: _not_the_first,
    Needs.ONE_VALID: _not_renewable,
    Needs.ONE_EVER: _not_replaceable,
}


def will_be_revoked(kind: Kind, held: Holdings) -> tuple[str, ...]:
    """Serials that production will revoke, sorted: what the person must have seen and accepted."""
    return tuple(sorted(held.open)) if RULES[kind].replaces else ()


def window_opens(kind: Kind, held: Holdings) -> date | None:
    """The day from which production may begin; None when nothing needs to be waited for."""
    months = rule_for(kind, held).months_left
    until = held.transfer.valid_until if held.transfer else held.newest_valid_until
    return None if months is None or until is None else months_before(until, months)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where that month is shorter."""
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))
