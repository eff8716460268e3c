"""Every address of the service × everybody, read from the resolver: a new address without a row here fails (T1, T27).

The desks have a matrix of their own beside them (tests/integration/console/test_access.py).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pydantic import SecretStr

from divit import wiring
from divit.applications.kinds import Kind
from divit.applications.models import Application
from divit.certificates.models import Certificate
from divit.flows import past_status, phone_proof, roster_upload, suspension
from divit.identity.models import Person
from divit.institutions.models import Contract, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.kernel.phone import Phone
from divit.payments import selectors as payments
from divit.payments import services as payment_services
from divit.payments.lifecycle import AttemptAct, ChargeAct
from divit.portal.middleware import writes
from divit.rosters.models import Request
from divit.verification import codes
from tests.factories.people import actor_of, log_in
from tests.integration.applications.conftest import Way

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("Ayşe Işıl", "Gizlioğlu")
# Whose parameter is what: the same row for every address that takes it.
OBJECTS = {
    *("certificate_id", "change_id", "application_id", "code_id", "charge_id", "attempt_id", "request_id"),
    "past_status_id",
}
WORDS = {"step": "iletisim"}
AMENDED = {"step": "teslimat"}
# Pages that others send people to by GET, and that have to write: nothing else may.
WRITE_ON_GET = {"portal:sign_in_return"}


@dataclass(frozen=True)
class Address:
    """One row: how it is called, what it needs, who may open it."""

    name: str
    needs: frozenset[str]
    access: str
    view: Callable[..., Any]


def addresses(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[Address]:
    for pattern in (resolver or get_resolver("divit.project.urls")).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            access = getattr(pattern.callback, "access", "")
            needs = frozenset(pattern.pattern.converters)
            yield Address(f"{namespace}{pattern.name}", needs, access, pattern.callback)


PORTAL = [address for address in addresses() if address.name.startswith("portal:")]


@dataclass
class Stage:
    """What one person has of everything, and what must never be read by another."""

    owner: Person
    stranger: Person
    arguments: dict[str, Any]
    draft: Any
    secrets: list[str]

    def path(self, address: Address) -> str:
        arguments = {name: self.arguments[name] for name in address.needs & OBJECTS}
        if "step" in address.needs:
            arguments |= AMENDED if address.name.endswith("amend") else WORDS
        if address.name in DRAFTS:
            arguments["application_id"] = self.draft
        return reverse(address.name, kwargs=arguments)


@pytest.fixture(autouse=True)
def _neighbours(settings: Any) -> Iterator[None]:
    """Configured, and nobody there: no page of this test gets as far as asking them."""
    nowhere = "http://127.0.0.1:9"
    settings.DIVIT = settings.DIVIT.model_copy(
        update={f"bank_{name}": nowhere for name in ("url", "api_url", "client_id", "api_user")}
        | {f"bank_{name}": SecretStr("none") for name in ("store_key", "api_password")}
        | {"edevlet_url": nowhere, "edevlet_client_id": "divit", "edevlet_client_secret": SecretStr("none")}
    )
    for neighbour in (wiring.bank, wiring.edevlet):
        neighbour.cache_clear()
    yield
    for neighbour in (wiring.bank, wiring.edevlet):
        neighbour.cache_clear()


# Pages of a draft; the other pages of an application are about one that was sent off.
DRAFTS = {f"portal:application_{page}" for page in ("choose", "step", "summary", "phone")}


def invited(owner: Person, institution: Institution, make_person: Callable[..., Person]) -> Request:
    """An institution that pays has asked for the owner's certificate."""
    today = clock.today()
    Contract.objects.create(
        institution=institution, number="1", starts=today, ends=today, quota=9, years=3, reader="none"
    )
    by = Actor(role=Role.REPRESENTATIVE, id=str(make_person().pk), institution_id=str(institution.pk))
    content = "T.C. Kimlik No;Ad;Soyad;Cep Telefonu;e-Posta\n" + ";".join(
        [owner.tckn, *NAMES, "0505 900 00 99", "davet@kurum.example"]
    )
    roster, _new = roster_upload.upload(content.encode(), file_name="liste.csv", by=by)
    roster_upload.confirm(roster.pk, by=by)
    return Request.objects.get(roster=roster)


@pytest.fixture
def stage(
    way: Way,
    ministry: Institution,
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
) -> Stage:
    owner, stranger = make_person(*NAMES), make_person("Ömer", "Yabancı")
    certificate = make_certificate(owner)
    by = actor_of(owner)
    change = suspension.suspend(certificate.pk, by=by)
    row = way.submitted(owner, ministry, Kind.OTHER)
    others = Institution.objects.exclude(pk__in=[ministry.pk, certificate.institution_id]).order_by("sort_key", "id")
    draft, other = way.begin(owner, others[0]), others[1]
    way.fill(draft)
    way.confirm(draft)
    with transaction.atomic():
        charge = payments.charge_for(row.id)
        assert charge is not None
        attempt = payment_services.open_attempt(charge, by=by)
        payment_services.move_attempt(attempt, AttemptAct.APPROVE, by=SYSTEM, in_books=charge.amount)
        payment_services.move_charge(
            payment_services.locked_charge(charge.id), ChargeAct.PAY, by=SYSTEM, received=charge.amount
        )
    past = clock.now() - timedelta(days=1)
    asked = past_status.ask_about_own(certificate.pk, at=past, language="tr", by=by)
    request = invited(owner, other, make_person)
    code = phone_proof.send(
        person=owner,
        phone=Phone("0505 765 43 21"),
        purpose="reinstate",
        subject_id=str(certificate.pk),
        session=by.session,
        address="192.0.2.1",
        by=by,
    )
    return Stage(
        owner=owner,
        stranger=stranger,
        arguments={
            "certificate_id": certificate.pk,
            "change_id": change.pk,
            "application_id": row.id,
            "code_id": code.id,
            "charge_id": charge.id,
            "attempt_id": attempt.id,
            "request_id": request.id,
            "past_status_id": asked.pk,
        },
        draft=draft.id,
        secrets=[
            "Gizlioğlu",
            owner.tckn,
            owner.phone[-4:],
            owner.email,
            certificate.serial,
            row.reference,
            draft.reference,
            codes.code_of(code.id),
        ],
    )


def test_every_address_says_what_it_needs() -> None:
    needed = set().union(*(address.needs for address in PORTAL))
    assert needed <= OBJECTS | set(WORDS)
    assert {address.access for address in PORTAL} == {"public", "person"}
    assert len(PORTAL) > 40


def test_what_is_somebodys_is_not_there_for_anybody_else(stage: Stage) -> None:
    """Not forbidden: not there; and the answer is the one that an invented id gets."""
    stranger = log_in(Client(), stage.stranger, level=Level.HIGH)
    seen = 0
    for address in (one for one in PORTAL if one.needs & OBJECTS):
        path = stage.path(address)
        invented = path
        for value in (*stage.arguments.values(), stage.draft):
            invented = invented.replace(str(value), str(uuid4()))
        for method in ("get", "post"):
            answer = getattr(stranger, method)(path)
            if answer.status_code == 405:
                continue
            what = f"{method} {address.name}: {answer.status_code}"
            assert answer.status_code == 404, what
            nothing = getattr(stranger, method)(invented)
            assert _plain(answer, path) == _plain(nothing, invented), what
            assert not any(secret in _read(answer) for secret in stage.secrets), what
            seen += 1
    assert seen > 25


def test_nobody_is_asked_to_sign_in_or_sees_nothing(stage: Stage) -> None:
    for address in PORTAL:
        for method in ("get", "post"):
            answer = getattr(Client(), method)(stage.path(address))
            what = f"{method} {address.name}: {answer.status_code}"
            assert not any(secret in _read(answer) for secret in stage.secrets), what
            if answer.status_code == 405:
                continue
            if address.access == "person":
                assert answer.status_code == 302, what
                assert answer.headers["Location"].startswith(reverse("portal:sign_in")), what
            elif address.needs & OBJECTS:
                assert answer.status_code == 404, what


def test_the_owner_finds_what_is_theirs_by_get_that_never_writes_and_is_never_kept(stage: Stage) -> None:
    """The read-only transaction of each GET makes a write an error; the client would raise it here."""
    owner = log_in(Client(), stage.owner, level=Level.HIGH)
    for address in PORTAL:
        answer = owner.get(stage.path(address))
        what = f"{address.name}: {answer.status_code}"
        assert answer.status_code in ABSENT.get(address.name, {200, 302, 405}), what
        kept = answer.headers["Cache-Control"]
        assert "no-store" in kept or address.name in KEPT, what


# Nothing to see yet: the PIN before the hand-over, the receipt before it is sealed, a return that brings nothing.
ABSENT = {
    "portal:pin": {404},
    "portal:certificate_receipt": {404},
    "portal:sign_in_return": {400},
    "portal:past_status_file": {404},
    # What a stranger asked is for whoever has its address; one's own question is not among those.
    **{f"portal:public_status{page}": {404} for page in ("", "_live", "_file")},
}
KEPT = {"portal:address_names"}


def test_only_named_pages_may_write_on_get() -> None:
    writing = {address.name for address in addresses() if writes(address.view)}
    of_the_package = {name for name in writing if name.startswith(("account_", "mfa_"))}
    assert writing - of_the_package == WRITE_ON_GET


def test_a_post_of_the_owner_from_another_site_is_refused_everywhere(stage: Stage) -> None:
    """No token, no act (T27); only the bank's two doors are open, and they look at no session."""
    browser = log_in(Client(enforce_csrf_checks=True), stage.owner, level=Level.HIGH)
    open_doors = set()
    for address in PORTAL:
        if browser.post(stage.path(address)).status_code != 403:
            open_doors.add(address.name)
    assert open_doors == {"portal:bank_return", "portal:bank_callback"}


def _read(answer: Any) -> str:
    """What is told on the page; the digits of a browser's riddle are chance, and may look like a phone's last four."""
    return re.sub(r'data-proof="[^"]*"', "", answer.content.decode())


def _plain(answer: Any, path: str) -> str:
    """The page without what every page has of its own: its address, and the token of its forms."""
    # The session of two answers has not the same number of seconds left.
    text = re.sub(r'data-session="\d+"', "", answer.content.decode().replace(path, ""))
    return "".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)


def test_a_strangers_posts_change_nothing(stage: Stage) -> None:
    """Nor do those that say what the page's own form would say."""
    stranger = log_in(Client(), stage.stranger, level=Level.HIGH)
    before = Application.objects.order_by("id").values_list("id", "state", "steps_done", "saved_at")
    told = list(before)
    for address in (one for one in PORTAL if one.needs & OBJECTS):
        stranger.post(stage.path(address), {"act": "next", "reason": "keyCompromise", "understood": "on"})
    assert list(before.all()) == told
    assert Certificate.objects.get(pk=stage.arguments["certificate_id"]).state == "suspended"
