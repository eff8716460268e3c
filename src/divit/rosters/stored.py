"""What a check found, as JSON and back: it waits beside the roster until the roster is confirmed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from divit.kernel.email import Email
from divit.kernel.phone import Phone
from divit.kernel.tckn import Tckn
from divit.rosters.checks import Fault, Wish
from divit.rosters.columns import Column

__all__ = ["Fault", "Wish", "faults_of", "stored_faults", "stored_wishes", "wishes_of"]


def stored_wishes(wishes: Iterable[Wish]) -> list[dict[str, Any]]:
    """For the database."""
    return [asdict(wish) for wish in wishes]


def wishes_of(stored: Iterable[Mapping[str, Any]]) -> list[Wish]:
    """From the database."""
    return [
        Wish(**{**one, "tckn": Tckn(one["tckn"]), "phone": Phone(one["phone"]), "email": Email(one["email"])})
        for one in stored
    ]


def stored_faults(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """For the database; facts as JSON has them."""
    return [
        {
            "number": fault.number,
            "column": None if fault.column is None else str(fault.column),
            "code": fault.code,
            "facts": {name: _plain(value) for name, value in fault.facts.items()},
        }
        for fault in faults
    ]


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def faults_of(stored: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """From the database."""
    return [
        Fault(
            number=one["number"],
            column=None if one["column"] is None else Column(one["column"]),
            code=one["code"],
            facts=one["facts"],
        )
        for one in stored
    ]
