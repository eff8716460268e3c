"""Institutions, prices, people, and an application brought to any point of its way by the real flows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from divit.applications.addresses import Addresses
from divit.applications.kinds import Kind, will_be_revoked
from divit.applications.models import Application
from divit.applications.steps import Step
from divit.flows import phone_proof, self_paid_application
from divit.flows.holdings import holdings
from divit.flows.payment import BANK
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.phone import Phone
from divit.payments import services as payments
from divit.verification import codes
from tests.fixtures_pki import *  # noqa: F403
from tests.fixtures_pki import holder_of

PLACES = Addresses({"Erzincan": {"Merkez": {"Barbaros Mah": "24100"}}, "İstanbul": {"Şişli": {"Bozkurt Mah": "34375"}}})
TYPED: dict[Step, dict[str, str]] = {
    Step.CERTIFICATE: {"years": "3", "reader": "mini", "publish": "no"},
    Step.CONTACT: {
        "email": "ayse@okul.example",
        "phone": "0505 123 45 67",
        "operator": "vodafone",
        "channel": "both",
    },
    Step.WORKPLACE: {"unit": "Bilgi İşlem", "job_title": "Öğretmen", "work_phone": "0312 123 45 67", "extension": "12"},
    Step.DELIVERY: {
        "address_kind": "work",
        "company": "İl Millî Eğitim Müdürlüğü",
        "province": "Erzincan",
        "district": "Merkez",
        "neighbourhood": "Barbaros Mah",
        "street": "719. Sokak",
        "building": "12/A",
        "flat": "3",
    },
}


@pytest.fixture
def reference_data(db: None) -> None:
    institutions.load_reference_data()
    payments.load_reference_data()


@pytest.fixture
def ministry(reference_data: None) -> Institution:
    """Pays before the form, form to the institution."""
    return Institution.objects.get(name="T.C. Milli Eğitim Bakanlığı")


@pytest.fixture
def treasury(reference_data: None) -> Institution:
    """Pays after the form."""
    return Institution.objects.get(name="T.C. Hazine ve Maliye Bakanlığı")


@dataclass
class Way:
    """The steps of the person, one by one or all at once."""

    def begin(self, person: Person, institution: Institution, kind: Kind = Kind.OTHER) -> Application:
        by = holder_of(person)
        return self_paid_application.start(person=person, institution_id=institution.id, kind=kind, by=by)

    def fill(self, row: Application, **changes: str) -> None:
        by = holder_of(row.person)
        for step, typed in TYPED.items():
            told = typed | {name: value for name, value in changes.items() if name in typed}
            wrong = self_paid_application.save_step(row.id, step, told, addresses=PLACES, by=by)
            assert wrong == []

    def confirm(self, row: Application) -> None:
        row.refresh_from_db()
        listed = will_be_revoked(Kind(row.kind), holdings(row.person_id, row.institution_id))
        self_paid_application.confirm(row.id, accepted=list(listed), by=holder_of(row.person))

    def prove(self, row: Application, *, session: str = "session-1") -> None:
        row.refresh_from_db()
        by = holder_of(row.person, session=session)
        code = phone_proof.send(
            person=row.person,
            phone=Phone(row.phone),
            purpose="application",
            subject_id=self_paid_application.proof_subject(row),
            session=session,
            address="127.0.0.1",
            by=by,
        )
        phone_proof.prove(code.id, typed=codes.code_of(code.id), session=session, by=by)

    def submit(self, row: Application) -> Application:
        return self_paid_application.submit(row.id, by=holder_of(row.person))

    def ready(self, person: Person, institution: Institution, kind: Kind = Kind.OTHER, **changes: str) -> Application:
        row = self.begin(person, institution, kind)
        self.fill(row, **changes)
        self.confirm(row)
        self.prove(row)
        return row

    def submitted(self, person: Person, institution: Institution, kind: Kind = Kind.OTHER) -> Application:
        return self.submit(self.ready(person, institution, kind))


@pytest.fixture
def way() -> Way:
    return Way()


@pytest.fixture
def representative_of(make_person: Callable[..., Person]) -> Callable[[Institution], Actor]:
    def make(institution: Institution) -> Actor:
        person = make_person("Ömer", "Yıldız")
        institutions.appoint(
            institution_id=institution.id,
            person_id=person.id,
            role="representative",
            starts=clock.today(),
            by=SYSTEM,
        )
        return Actor(role=Role.REPRESENTATIVE, id=str(person.id), institution_id=str(institution.id))

    return make


@pytest.fixture
def pay() -> Callable[[Application], None]:
    """The bank's money has come: what flows/payment does once the bank's books say so."""

    def paid(row: Application) -> None:
        from divit.applications import services
        from divit.flows import release
        from divit.kernel.money import Money
        from divit.payments.lifecycle import ChargeAct

        with transaction.atomic():
            charge = payments.locked_charge_of(row.id)
            assert charge is not None
            payments.move_charge(charge, ChargeAct.PAY, by=BANK, received=Money(charge.total))
            services.close_requirement(services.locked(row.id), "fee_paid", by=BANK, proof="test")
            release.advance(row.id, by=BANK)

    return paid


def told(person: Person) -> list[str]:
    """The notices that a person has got, oldest first, one name each."""
    from divit.notifications.models import Message

    names: list[str] = []
    for message in Message.objects.filter(person=person).order_by("created_at", "id"):
        if message.notice not in names:
            names.append(message.notice)
    return names


def facts_of(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("state", "years", "province", "postal_code", "phone")}
