"""How somebody in a simulated year logs in, proves the phone, fills in an application and pays for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from divit import wiring
from divit.applications import selectors as applications
from divit.applications.kinds import Kind, Payer, will_be_revoked
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.steps import PARTS, Step
from divit.cli.simulation.employees import Employee
from divit.cli.simulation.house import House
from divit.flows import institution_paid_application, payment, phone_proof, self_paid_application
from divit.flows.holdings import holdings
from divit.identity import services as identity
from divit.identity.models import Person
from divit.identity.ports import Identity
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.kernel.errors import Refused
from divit.kernel.phone import Phone
from divit.kernel.tckn import Tckn
from divit.payments import selectors as payments
from divit.payments.lifecycle import ChargeState
from divit.payments.models import BankMessage

# A code comes within seconds, or not at all while the operator is away; somebody looks at the phone so often.
_LOOKS = 4
NO_CODE = "code_never_came"
_TOWN = ("Ankara", "Çankaya")
_RETURN_URL = "http://localhost/borc/donus/"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Somebody at the portal, logged in."""

    house: House
    employee: Employee
    person: Person
    by: Actor

    @classmethod
    def begin(cls, house: House, employee: Employee) -> "Visit":
        """Through e-Devlet, whose answer is made up here: its pages would be walked ten thousand times a year."""
        with transaction.atomic():
            told = Identity(
                tckn=Tckn(employee.tckn),
                given_names=employee.given_names,
                surname=employee.surname,
                method="password",
                level=Level.LOW,
                birth_date=employee.birth_date,
                birth_place=employee.birth_place,
                raw_sha256="",
            )
            person = identity.recognise(told, by=SYSTEM)
            session = f"{employee.number}-{house.clock().timestamp():.0f}"
            identity.record_login(person, identity=told, session=session)
        by = Actor(role=Role.HOLDER, id=str(person.pk), name=person.name, level=Level.LOW, session=session)
        return cls(house=house, employee=employee, person=person, by=by)

    def answer(self, request_id: UUID) -> Application:
        """The institution has asked: what it does not know is filled in, and the application sent off."""
        row = institution_paid_application.start(request_id, person=self.person, by=self.by)
        return self._fill_in(row)

    def apply(self, kind: Kind) -> Application:
        """On one's own account, from choosing the institution on."""
        institution_id = self.house.cast.institution_id
        begun = [
            row
            for row in applications.running_of(self.person.pk, institution_id=institution_id)
            if row.state == State.DRAFT and is_self_paid(row)
        ]
        if begun:
            return self._fill_in(begun[0])
        return self._fill_in(
            self_paid_application.start(person=self.person, institution_id=institution_id, kind=kind, by=self.by)
        )

    def _fill_in(self, row: Application) -> Application:
        for step in PARTS:
            if not (step is Step.DELIVERY and row.goes_to_representative):
                self.house.clock.wait(seconds=1)
                self_paid_application.save_step(
                    row.id, step, self._answers(row, step), addresses=self.house.addresses, by=self.by
                )
        listed = will_be_revoked(Kind(row.kind), holdings(row.person_id, row.institution_id))
        self_paid_application.confirm(row.id, accepted=list(listed), by=self.by)
        row = applications.application(row.id)
        self.prove_phone("application", self_paid_application.proof_subject(row))
        return self_paid_application.submit(row.id, by=self.by)

    def _answers(self, row: Application, step: Step) -> Mapping[str, str]:
        employee = self.employee
        return {
            Step.CERTIFICATE: {"years": str(row.years or 1), "reader": row.reader or "none", "publish": "no"},
            Step.CONTACT: {
                "email": employee.email,
                "phone": employee.phone,
                "operator": "turkcell",
                "channel": employee.channel,
            },
            Step.WORKPLACE: {"unit": employee.unit, "job_title": employee.job_title},
            Step.DELIVERY: self._home(),
        }[step]

    def _home(self) -> Mapping[str, str]:
        places = self.house.addresses.neighbourhoods(*_TOWN)
        where = dict(zip(("province", "district"), _TOWN, strict=True))
        neighbourhood = places[self.employee.number % len(places)]
        address = {"street": "Deneme Sokağı", "building": str(1 + self.employee.number % 90), "flat": "5"}
        return {"address_kind": "home", **where, "neighbourhood": neighbourhood, **address}

    def prove_phone(self, purpose: str, subject_id: str) -> None:
        """A code to the phone, read there and typed. Raises `Refused("code_never_came")`."""
        sent = phone_proof.send(
            person=self.person,
            phone=Phone(self.employee.phone),
            purpose=purpose,
            subject_id=subject_id,
            session=self.by.session,
            address=f"10.0.{self.employee.number // 250}.{self.employee.number % 250 + 1}",
            by=self.by,
        )
        for _look in range(_LOOKS):
            self.house.workers.carry_out()
            code = self.house.neighbours.code_sent_to(self.employee.phone)
            if code:
                phone_proof.prove(sent.pk, typed=code, session=self.by.session, by=self.by)
                return
            self.house.clock.wait(seconds=20)
        raise Refused(NO_CODE)

    def pay(self, application_id: UUID) -> bool:
        """At the bank, if there is anything to pay. Raises `NotPaid` when the bank's pages do not open."""
        charge = payments.charge_for(application_id)
        if charge is None or charge.state != ChargeState.DUE:
            return False
        bank = wiring.bank()
        begun = payment.begin(charge.pk, by=self.by, bank=bank, language="tr", return_url=_RETURN_URL, callback_url="")
        brought = self.house.neighbours.pay(begun.page)
        payment.hear(brought, source=BankMessage.Source.BROWSER, bank=bank, address="10.1.1.1")
        return True


def is_self_paid(row: Application) -> bool:
    """Kişi ödemeli."""
    return row.payer == Payer.PERSON
