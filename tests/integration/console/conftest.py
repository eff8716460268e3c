"""Staff at their desks, people of institutions at theirs, and cards to work on."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from divit.applications.models import Application
from divit.applications.reference import new_reference
from divit.flows import scan_upload
from divit.identity.models import Person, StaffAccount
from divit.identity.staff import create_staff
from divit.institutions.models import Appointment, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Role
from divit.payments import accounts, billing
from divit.payments.models import Statement
from divit.payments.services import load_reference_data as load_prices
from divit.scans import services as scans
from divit.scans.models import Found, Scan
from divit.webhooks import addresses, outbox
from divit.webhooks import services as webhooks
from divit.webhooks.models import Webhook
from tests.fixtures_cards import *  # noqa: F403
from tests.fixtures_consignments import *  # noqa: F403
from tests.fixtures_pki import *  # noqa: F403


@pytest.fixture
def make_staff(db: None) -> Callable[..., tuple[StaffAccount, str]]:
    """An account and the secret of its second factor."""
    made = iter(range(1, 100))

    def make(*desks: Role) -> tuple[StaffAccount, str]:
        number = next(made)
        account, uri = create_staff(f"calisan{number}@merkez.example", name=f"Çalışan {number}", desks=desks, by=SYSTEM)
        return account, parse_qs(urlsplit(uri).query)["secret"][0]

    return make


def seat(account: StaffAccount, *, methods: Iterable[str] = ("code", "mfa"), again: bool = False) -> Client:
    """A browser in which this account has signed in, by these steps."""
    client = Client()
    session = client.session
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session["account_authentication_methods"] = [
        {"method": method, "at": clock.now().timestamp(), "reauthenticated": again} for method in methods
    ]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    client.cookies["divit-session"] = session.session_key
    return client


def log_in(person: Person) -> Client:
    """A browser in which this person came through e-Devlet."""
    client = Client()
    session = client.session
    now = clock.now().isoformat()
    session["login"] = {
        "person_id": str(person.pk),
        "session": f"session-of-{person.pk}",
        "method": "mobile_signature",
        "level": 2,
        "at": now,
        "began": now,
        "seen": now,
    }
    session.save()
    client.cookies["divit-session"] = session.session_key
    return client


def bill_and_state(application: Application) -> Statement:
    """The institution of an application is billed for it, and this month closed for once before its end."""
    load_prices()
    month = accounts.month_of(clock.now())
    with transaction.atomic():
        billing.bill(
            institution_id=application.institution_id,
            application_id=application.pk,
            contract_id=None,
            agreed={},
            lines=["nes-3y"],
            by=SYSTEM,
        )
        row = billing.make_statement(
            application.institution_id, month=month, reference=new_reference(), quota=None, by=SYSTEM
        )
    assert row is not None
    return row


def scanned(application: Application, *, at: UUID | None) -> UUID:
    """A page of the application's form, uploaded and read at an institution's desk or at the centre's."""
    seals = scan_upload.seals()
    page = scans.Seen(
        number=1, found=Found.BARCODE, reference=application.reference, token="", picture=b"\xff\xd8\xff\xe0"
    )
    with transaction.atomic():
        content = b"%PDF-" + uuid4().bytes
        row, _new = scans.open_upload(content, institution_id=at, file_name="form.pdf", seals=seals, by=SYSTEM)
        scans.keep_pages(scans.locked_upload(row.pk), [page], blank=0, seals=seals, by=SYSTEM)
    return Scan.objects.get(upload=row).pk


def a_webhook(institution: Institution, name: str) -> Webhook:
    """An address of an institution's program, with one message on its way."""
    with transaction.atomic():
        address = addresses.read("https://alici.ornek.example/bildirim")
        row, _secret = webhooks.add(institution.pk, address=address, name=name, topics=["request"], by=SYSTEM)
        outbox.write_test(row)
    return row


@pytest.fixture
def at_desk(make_staff: Callable[..., tuple[StaffAccount, str]]) -> Callable[..., Client]:
    """A browser at these desks."""
    return lambda *desks: seat(make_staff(*desks)[0])


@pytest.fixture
def appoint() -> Callable[..., Appointment]:
    """Somebody acts for an institution from yesterday on."""

    def appoint(person: Person, institution: Institution, role: str, *, days: int | None = None) -> Appointment:
        today = clock.today()
        return Appointment.objects.create(
            person=person,
            institution=institution,
            role=role,
            starts=today - timedelta(days=10),
            ends=None if days is None else today + timedelta(days=days),
            appointed_by="system:system",
        )

    return appoint


@pytest.fixture(autouse=True)
def _limits_start_anew(db: None) -> None:
    """The counters of sign-in attempts live in the cache, which no test empties by itself."""
    cache.clear()
