"""What becomes of one person in a simulated year: applies, signs, fetches the card, loses it, finds it, leaves."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

from divit.applications import selectors as applications
from divit.applications.kinds import Kind
from divit.applications.lifecycle import RUNNING, State
from divit.applications.models import Application
from divit.certificates import selectors as certificates
from divit.certificates.lifecycle import State as CertificateState
from divit.certificates.models import Certificate
from divit.cli.simulation.applying import NO_CODE, Visit, is_self_paid
from divit.cli.simulation.employees import Employee
from divit.cli.simulation.house import Act, House
from divit.cli.simulation.neighbours import NotPaid
from divit.flows import pin_release, reinstatement, revocation, suspension
from divit.kernel.errors import Refused
from divit.pki.reasons import Reason

# Of a hundred who have a card, so many in a year: what happens, and how.
_MISHAPS = (("lost", 7), ("pin_lost", 5), ("hardware_fault", 3), ("identity_update", 3), ("leaves", 5))
_FORM_COMES_AGAIN_AFTER = 12.0
_FOUND_AGAIN = 0.4
_THROUGH_THE_INSTITUTION = 0.3
_RENEWS_BEFORE_DAYS = 80


@dataclass
class Life:
    """One employee, and what they have to do with their institution's certificates."""

    house: House
    employee: Employee
    has_left: bool = False
    sent_off: list[UUID] = field(default_factory=list)
    mishap_planned: bool = False
    _thrown: int = 0

    def _dice(self) -> random.Random:
        """Fresh dice for this person's next turn."""
        self._thrown += 1
        return self.house.dice(self.employee.number, self._thrown)

    def hear_of_request(self, request_id: UUID) -> None:
        """The institution has asked for a certificate; some people never answer."""
        if self.employee.habits.never_answers:
            return
        what = "answers an invitation"
        answer = partial(self._patiently, what, lambda: self._sent_off(self._visit().answer(request_id)))
        self.house.some_time(self.employee.habits.answers_after, self._dice(), what, answer)

    def apply(self, kind: Kind) -> None:
        """On one's own account."""
        if not self.has_left:
            self._patiently(f"applies: {kind}", lambda: self._sent_off(self._visit().apply(kind)))

    def _patiently(self, what: str, act: Act) -> None:
        """A code that does not come today may come tomorrow."""
        try:
            act()
        except Refused as refusal:
            if refusal.code != NO_CODE:
                raise
            self.house.refusals[f"{what}: {NO_CODE}"] += 1
            self.house.some_time(1.0, self._dice(), what, partial(self._patiently, what, act))

    def _visit(self) -> Visit:
        return Visit.begin(self.house, self.employee)

    def _sent_off(self, row: Application) -> None:
        self.house.applicants[row.id] = self
        if is_self_paid(row):
            self._pay_later(row.id, self.employee.habits.pays_after)
        habits, first = self.employee.habits, not self.sent_off
        self.sent_off.append(row.id)
        if habits.never_signs and first:
            return
        astray = _FORM_COMES_AGAIN_AFTER if habits.form_goes_astray and first else 0.0
        self._bring_form_later(row.id, habits.form_after + astray)

    def _bring_form_later(self, application_id: UUID, days: float) -> None:
        def bring() -> None:
            if applications.application(application_id).state == State.OPEN and not self.has_left:
                self.house.forms.append(application_id)

        self.house.soon(days, "brings the form", bring)

    def take_form_back(self, application_id: UUID) -> None:
        """The form was not right: signed once more."""
        self._bring_form_later(application_id, 1 + self.employee.habits.form_after / 2)

    def _pay_later(self, application_id: UUID, days: float) -> None:
        self.house.some_time(days, self._dice(), "pays", partial(self._pay, application_id))

    def _pay(self, application_id: UUID) -> None:
        if applications.application(application_id).state != State.OPEN:
            return
        try:
            self._visit().pay(application_id)
        except NotPaid:
            self.house.refusals["pays: the bank's pages did not open"] += 1
            self._pay_later(application_id, 1.0)
        except Refused as refusal:
            if refusal.code != "payment_being_checked":
                raise

    def have_card(self, application_id: UUID) -> None:
        """The card is there: its PIN is read, and from now on it can be lost."""
        days = self.employee.habits.reads_pin_after
        read = partial(self._patiently, "reads the PIN", partial(self._read_pin, application_id))
        self.house.some_time(days, self._dice(), "reads the PIN", read)
        if not self.mishap_planned:
            self.mishap_planned = True
            self._plan_mishap()
        dice = self._dice()
        ends = max((row.not_after for row in self._open_certificates(self._person_id())), default=self.house.clock())
        renews = ends - timedelta(days=dice.uniform(5, _RENEWS_BEFORE_DAYS))
        self.house.agenda.plan(renews, "renewal", self._renew)

    def _renew(self) -> None:
        """Told in time that the certificate ends; who has replaced it meanwhile has later to come."""
        rows = self._open_certificates(self._person_id())
        latest = max((row.not_after for row in rows), default=None)
        near = latest is not None and latest - self.house.clock() < timedelta(days=_RENEWS_BEFORE_DAYS)
        if near and not self.has_left:
            self._need(Kind.RENEWAL)

    def _read_pin(self, application_id: UUID) -> None:
        if applications.application(application_id).state != State.DELIVERED or self.has_left:
            return
        visit = self._visit()
        visit.prove_phone("pin_release", str(application_id))
        page = pin_release.ask(application_id, by=visit.by)
        self.house.workers.carry_out()
        self.house.clock.wait(seconds=1)
        pin_release.show(page, by=visit.by)
        pin_release.close(application_id, by=visit.by)

    def _plan_mishap(self) -> None:
        dice = self._dice()
        thrown = dice.random() * 100
        at = self.house.clock() + timedelta(days=dice.uniform(3, 365), minutes=dice.randrange(600))
        acts: dict[str, Act] = {
            "lost": self._lose_card,
            "pin_lost": partial(self._close_and_apply, Kind.PIN_LOST),
            "hardware_fault": partial(self._need, Kind.HARDWARE_FAULT),
            "identity_update": partial(self._need, Kind.IDENTITY_UPDATE),
            "leaves": self._leave,
        }
        for name, percent in _MISHAPS:
            if thrown < percent:
                self.house.agenda.plan(at, f"mishap: {name}", acts[name])
                return
            thrown -= percent

    def _person_id(self) -> UUID:
        return applications.application(self.sent_off[0]).person_id

    def _open_certificates(self, person_id: UUID) -> list[Certificate]:
        rows = certificates.open_certificates(person_id, self.house.cast.institution_id)
        return sorted(rows, key=lambda row: row.not_before)

    def _lose_card(self) -> None:
        if self.has_left:
            return
        visit = self._visit()
        for row in self._open_certificates(visit.person.pk):
            if row.state == CertificateState.VALID:
                suspension.suspend(row.pk, by=visit.by)
        dice = self._dice()
        if dice.random() < _FOUND_AGAIN:
            find = partial(self._patiently, "finds the card", self._find_card)
            self.house.some_time(dice.uniform(0.5, 4), dice, "finds the card", find)
        else:
            close = partial(self._close_and_apply, Kind.LOST)
            self.house.some_time(dice.uniform(0.5, 6), dice, "gives the card up", close)

    def _find_card(self) -> None:
        visit = self._visit()
        for row in self._open_certificates(visit.person.pk):
            if row.state == CertificateState.SUSPENDED:
                visit.prove_phone("reinstate", str(row.pk))
                reinstatement.reinstate(row.pk, by=visit.by, fresh_login=True)

    def _close_and_apply(self, kind: Kind) -> None:
        """What may be in others' hands is closed for good before another one is asked for."""
        if self.has_left:
            return
        visit = self._visit()
        reason = Reason.KEY_COMPROMISE if kind is Kind.LOST else Reason.CESSATION_OF_OPERATION
        for row in self._open_certificates(visit.person.pk):
            revocation.revoke(row.pk, reason=reason, by=visit.by)
        self._need(kind)

    def _need(self, kind: Kind) -> None:
        dice = self._dice()
        if dice.random() < _THROUGH_THE_INSTITUTION:
            self.house.wanted.append((self.employee, kind))
        else:
            self.house.some_time(dice.uniform(0, 2), dice, f"applies: {kind}", partial(self.apply, kind))

    def _leave(self) -> None:
        self.has_left = True
        self.house.leavers.append(self)

    def running(self) -> list[Application]:
        """What this person has begun or sent off, for whoever ends it."""
        rows = [applications.application(application_id) for application_id in self.sent_off]
        return [row for row in rows if row.state in RUNNING]
