"""Writing who is who: persons as the login gateway knows them, their contact data, their logins."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import IntegrityError, transaction

from divit.audit import ledger
from divit.identity.models import LoginAttempt, LoginEvent, Person
from divit.identity.ports import Identity
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, Refused
from divit.kernel.phone import Phone
from divit.kernel.tckn import Tckn
from divit.kernel.turkish import nfc, tr_fold

ATTEMPT_LIFE = timedelta(minutes=10)
Channel = Literal["sms", "email", "both"]
CHANNELS = ("sms", "email", "both")
LANGUAGES = ("tr", "en")


def sha256(text: str) -> str:
    """Hex SHA-256 of a text: how secrets of browsers are kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def open_attempt(*, state: str, code_verifier: str, onward: str) -> None:
    """Remember that a browser is being sent to the gateway."""
    LoginAttempt.objects.create(
        state_sha256=sha256(state), code_verifier=code_verifier, onward=onward, created_at=clock.now()
    )


def spend_attempt(state: str) -> LoginAttempt:
    """Take the attempt this state belongs to; a second call for the same state is refused, whoever comes first.

    Raises `Refused` with `login_state_unknown`, `login_state_used` or `login_state_expired`.
    """
    now = clock.now()
    mine = LoginAttempt.objects.filter(state_sha256=sha256(state))
    taken = mine.filter(used_at=None).update(used_at=now)
    attempt = mine.first()
    if attempt is None:
        raise Refused("login_state_unknown")
    if not taken:
        raise Refused("login_state_used")
    if attempt.created_at < now - ATTEMPT_LIFE:
        raise Refused("login_state_expired")
    return attempt


def forget_attempts(*, before: datetime) -> int:
    """Delete attempts that began before this instant; returns how many."""
    return LoginAttempt.objects.filter(created_at__lt=before).delete()[0]


def recognise(identity: Identity, *, by: Actor) -> Person:
    """The person whom the gateway named, with the names it gave; made when seen for the first time.

    In a transaction. Raises `Invalid("login_name_invalid")` for a name that cannot be kept.
    """
    given_names, surname = _name(identity.given_names), _name(identity.surname)
    person = Person.objects.select_for_update(no_key=True).filter(tckn=str(identity.tckn)).first()
    if person is None:
        person = _first_seen(identity, given_names, surname)
    changed = _changes(person, identity, given_names, surname)
    if changed:
        for field, value in changed.items():
            setattr(person, field, value)
        person.save()
        ledger.record(
            by=by,
            act="person.data_changed",
            subject=("person", str(person.id)),
            person_id=str(person.id),
            fields=sorted(changed),
        )
    return person


def _first_seen(identity: Identity, given_names: str, surname: str) -> Person:
    try:
        with transaction.atomic():
            return Person.objects.create(
                tckn=str(identity.tckn),
                given_names=given_names,
                surname=surname,
                birth_date=identity.birth_date,
                birth_place=identity.birth_place or "",
            )
    except IntegrityError:
        # Two browsers of one new person came back at the same instant.
        return Person.objects.select_for_update(no_key=True).get(tckn=str(identity.tckn))


def _changes(person: Person, identity: Identity, given_names: str, surname: str) -> dict[str, object]:
    said: dict[str, object] = {"given_names": given_names, "surname": surname}
    if identity.birth_date is not None:
        said["birth_date"] = identity.birth_date
    if identity.birth_place:
        said["birth_place"] = identity.birth_place
    return {field: value for field, value in said.items() if getattr(person, field) != value}


@dataclass(frozen=True, kw_only=True)
class Named:
    """Somebody whom an institution named."""

    tckn: Tckn
    given_names: str
    surname: str


def name(named: Iterable[Named]) -> tuple[dict[str, UUID], list[UUID]]:
    """The ids of these people by national number, and those who were not known before: made without contact data.

    In a transaction; `record_named` follows once nothing is left to wait for. What is known of a person already is left
    alone: names come from the login gateway, addresses from the person. Raises `Invalid("login_name_invalid")`.
    """
    # In one order for everybody: two rosters with the same people must not wait for each other.
    made = [_unseen(one) for one in sorted(named, key=lambda one: one.tckn)]
    Person.objects.bulk_create(made, ignore_conflicts=True)
    own = {one.pk for one in made}
    rows = list(Person.objects.filter(tckn__in=[one.tckn for one in made]).order_by("tckn").values_list("tckn", "id"))
    return dict(rows), [pk for _, pk in rows if pk in own]


def record_named(person_ids: Iterable[UUID], *, by: Actor) -> None:
    """That these people came to be known by an institution's word."""
    lines = [ledger.Line(act="person.named", subject=("person", str(pk)), person_id=str(pk)) for pk in person_ids]
    ledger.record_all(lines, by=by)


def _unseen(one: Named) -> Person:
    given_names, surname = _name(one.given_names), _name(one.surname)
    # A bulk insert does not pass through `save`.
    search_key = tr_fold(f"{given_names} {surname}")
    return Person(tckn=str(one.tckn), given_names=given_names, surname=surname, search_key=search_key)


def _name(text: str) -> str:
    name = nfc(" ".join(text.split()))
    if not name or len(name) > 64 or not all(letter.isalpha() or letter in " '’-." for letter in name):
        raise Invalid("login_name_invalid")
    return name


def record_login(person: Person, *, identity: Identity, session: str) -> LoginEvent:
    """Keep that this person logged in; in the transaction of `recognise`."""
    return LoginEvent.objects.create(
        person=person,
        method=identity.method,
        level=identity.level,
        at=clock.now(),
        session_sha256=sha256(session),
        raw_sha256=identity.raw_sha256,
    )


def change_contact(person: Person, *, email: str, phone: Phone | None, channel: Channel, by: Actor) -> Person:
    """New contact data; a number that differs from the old one counts as unproven until a code comes back from it."""
    if channel not in CHANNELS:
        raise Invalid("channel_unknown", field="channel")
    with transaction.atomic():
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        new = {"email": email, "phone": str(phone or ""), "channel": channel}
        changed = {field: value for field, value in new.items() if getattr(row, field) != value}
        if "phone" in changed:
            _replace_number(row)
            row.phone_proven_at = None
        _write(row, changed, by=by, act="person.contact_changed")
    return row


def confirm_phone(person: Person, *, phone: Phone, by: Actor) -> Person:
    """The person typed the code that was sent to this number: it is theirs from now on."""
    with transaction.atomic():
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if row.phone != str(phone):
            _replace_number(row)
        _write(row, {"phone": str(phone), "phone_proven_at": clock.now()}, by=by, act="person.phone_proven")
    return row


def _replace_number(row: Person) -> None:
    """A number that takes the place of a proven one is marked: it may not confirm everything at once (threat T6)."""
    if row.phone_proven_at is not None:
        row.phone_replaced_at = clock.now()


def choose_language(person: Person, *, language: str, by: Actor) -> None:
    """The language of notices and, at the next login, of the pages."""
    if language not in LANGUAGES:
        raise Invalid("language_unknown")
    with transaction.atomic():
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if row.language != language:
            _write(row, {"language": language}, by=by, act="person.language_chosen")


def _write(row: Person, changed: Mapping[str, object], *, by: Actor, act: str) -> None:
    if not changed:
        return
    for field, value in changed.items():
        setattr(row, field, value)
    row.save()
    ledger.record(by=by, act=act, subject=("person", str(row.id)), person_id=str(row.id), fields=sorted(changed))
