"""Kayıt masası araması: one field finds a person by whatever is known of them or of their papers."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction

from divit.applications import content
from divit.applications import registry as applications
from divit.applications.models import Application
from divit.certificates import registry as certificates
from divit.certificates.models import Certificate
from divit.delivery import registry as delivery
from divit.identity import selectors as people
from divit.identity.models import Person
from divit.institutions import selectors as institutions
from divit.institutions.models import Institution
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import Invalid, NotFound
from divit.kernel.phone import Phone
from divit.kernel.serials import Serial
from divit.kernel.tckn import Tckn
from divit.kernel.turkish import tr_fold
from divit.production import registry as production

PAGE = 20
MOST = 200
"""So many people may be turned over page by page; more than that is no answer to a question."""
_SHORTEST = 2
_BOX = "KL-"
_IN_A_NAME = 4  # «100. Yıl», «1923»
_VKN = 10
_HEX = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{8,40})")
_NUMBER = re.compile(r"[0-9A-Za-z-]{5,40}")


class Fact(StrEnum):
    """By what somebody was found."""

    TCKN = "tckn"
    PHONE = "phone"
    EMAIL = "email"
    REFERENCE = "reference"
    CERTIFICATE = "certificate"
    CARD = "card"
    TRACKING = "tracking"
    NAME = "name"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """Somebody, by what they were found, and the newest of their papers."""

    person: Person
    facts: tuple[Fact, ...]
    application: Application | None
    certificate: Certificate | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of the answer; `too_many` people have the name, and none of them is shown for it."""

    hits: list[Hit]
    total: int
    page: int
    pages: int
    too_many: bool
    institutions: list[Institution]


def find(text: str, *, page: int = 1, by: Actor) -> Found:
    """Everybody to whom `text` belongs as a fact, and the institutions that are called so.

    A name may be narrowed by an institution's after a comma: «ayşe yılmaz, milli eğitim». Only who submitted an
    application or has a certificate is found. Raises `NotFound` for anybody but the registry.
    """
    if by.role is not Role.REGISTRAR:
        raise NotFound("registry")
    text = " ".join(text.split())
    facts = dict(_by_fact(text))
    named, too_many = _by_name(text)
    for person in named:
        facts.setdefault(person.pk, []).append(Fact.NAME)
    known = {person.pk: person for person in named}
    unnamed = set(facts) - set(known)
    known |= {person.pk: person for person in people.persons(unnamed)} if unnamed else {}
    listed = sorted(_seen(known), key=lambda person: (person.search_key, person.pk))
    pages = max(1, -(-len(listed) // PAGE))
    page = min(max(page, 1), pages)
    return Found(
        hits=_hits(listed[(page - 1) * PAGE : page * PAGE], facts),
        total=len(listed),
        page=page,
        pages=pages,
        too_many=too_many,
        institutions=list(institutions.search(text)) if page == 1 and not _names_a_thing(text) else [],
    )


def _seen(known: dict[UUID, Person]) -> list[Person]:
    """Who never submitted anything and never got a certificate is nobody's business."""
    if not known:
        return []
    seen = applications.applicants(known) | certificates.holders(known)
    return [person for person in known.values() if person.pk in seen]


def _hits(listed: list[Person], facts: dict[UUID, list[Fact]]) -> list[Hit]:
    ids = [person.pk for person in listed]
    newest, issued = applications.newest_of(ids), certificates.newest_of(ids)
    return [
        Hit(
            person=person,
            facts=tuple(facts[person.pk]),
            application=newest.get(person.pk),
            certificate=issued.get(person.pk),
        )
        for person in listed
    ]


def _by_fact(text: str) -> dict[UUID, list[Fact]]:
    """Each reading of the text that its form allows: a number may be a card's, a parcel's and a certificate's."""
    found: dict[UUID, list[Fact]] = {}
    for fact, ask in _READINGS.items():
        try:
            owners = set(ask(text))
        except (Invalid, ValueError):
            continue
        for person_id in owners:
            found.setdefault(person_id, []).append(fact)
    return found


def _by_tckn(text: str) -> Iterable[UUID]:
    person = people.person_by_tckn(Tckn(text))
    return [person.pk] if person else []


def _by_phone(text: str) -> Iterable[UUID]:
    phone = Phone(text)
    holders = people.people_by_phone(phone).order_by().values_list("pk", flat=True)[:MOST]
    return [*holders, *applications.applicants_by_phone(phone)[:MOST]]


def _by_email(text: str) -> Iterable[UUID]:
    if "@" not in text:
        return []
    holders = people.people_by_email(text).order_by().values_list("pk", flat=True)[:MOST]
    return [*holders, *applications.applicants_by_email(text)[:MOST]]


def _by_reference(text: str) -> Iterable[UUID]:
    reference, _token = content.read_mark(text)
    row = applications.by_reference(reference)
    return [row.person_id] if row else []


def _by_certificate(text: str) -> Iterable[UUID]:
    digits = _HEX.fullmatch(text.replace(" ", "").replace(":", ""))
    return certificates.holders_by_serial(Serial.from_hex(digits[1]))[:MOST] if digits else []


def _by_card(text: str) -> Iterable[UUID]:
    number = _numbered(text)
    if not number:
        return []
    return [*certificates.holders_by_card(number)[:MOST], *production.owners_of_card(number)[:MOST]]


def _by_tracking(text: str) -> Iterable[UUID]:
    number = _numbered(text)
    return [*delivery.addressees(number)[:MOST], *delivery.owners_in_box(number)[:MOST]] if number else []


def _numbered(text: str) -> str:
    """What may be printed on a card or a parcel: letters without marks, and a digit somewhere or a box's beginning."""
    found = _NUMBER.fullmatch(text.replace(" ", ""))
    number = found[0].upper() if found else ""  # ascii
    return number if number.startswith(_BOX) or any(c.isdigit() for c in number) else ""


_READINGS: dict[Fact, Callable[[str], Iterable[UUID]]] = {
    Fact.TCKN: _by_tckn,
    Fact.PHONE: _by_phone,
    Fact.EMAIL: _by_email,
    Fact.REFERENCE: _by_reference,
    Fact.CERTIFICATE: _by_certificate,
    Fact.CARD: _by_card,
    Fact.TRACKING: _by_tracking,
}


def _names_a_thing(text: str) -> bool:
    """A mailbox, or a number that is no vergi kimlik no: no institution is called so."""
    digits = sum(c.isdigit() for c in text)
    return "@" in text or (digits > _IN_A_NAME and (digits != _VKN or len(text) != _VKN))


def _by_name(text: str) -> tuple[list[Person], bool]:
    """Who is called so, and whether they are too many to be listed."""
    name, _comma, institution = (part.strip() for part in text.partition(","))
    words = tr_fold(name).split()
    if max(map(len, words), default=0) < _SHORTEST or any(c.isdigit() or c == "@" for c in name):
        return [], False
    asked = people.search(name).order_by()
    if institution:
        places = [one.pk for one in institutions.search(institution)]
        asked = asked.filter(pk__in=applications.applicants_at(places))
    with _by_index():
        named = list(asked[: MOST + 1])
    return ([], True) if len(named) > MOST else (named, False)


@contextmanager
def _by_index() -> Iterator[None]:
    """Names are asked of an index, however common the planner takes them for: with a limit it would rather read people
    one after the other until enough of them are called so, and reads all of them where too few are."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        yield
