"""The institution's side of a simulated year: lists, approvals, the pile of forms, cards handed over, leavers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from django.utils import translation

from divit.applications import content
from divit.applications import selectors as applications
from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.certificates import selectors as certificates
from divit.cli.simulation.employees import as_list, mistyped
from divit.cli.simulation.house import House
from divit.cli.simulation.lives import Life
from divit.delivery import selectors as delivery
from divit.delivery.lifecycle import ConsignmentState
from divit.delivery.lifecycle import State as ParcelState
from divit.delivery.models import Parcel
from divit.flows import (
    collective_hand_over,
    form_intake,
    form_receipt,
    leavers,
    roster_approval,
    roster_upload,
)
from divit.identity import selectors as people
from divit.identity.models import Person
from divit.kernel.tckn import Tckn
from divit.rosters import selectors as rosters
from divit.rosters.lifecycle import State as RequestState
from divit.rosters.models import Request, Roster

_NEVER_FETCHED_AFTER = 15.0  # working days
_MOST_ROWS = 400
_ILLEGIBLE = "İmza eksik; formu imzalayıp yeniden getirin."


@dataclass
class InstitutionDesks:
    """Two officers and one representative."""

    house: House
    lives: dict[str, Life]  # by national number
    asked: set[UUID] = field(default_factory=set)  # requests whose people have heard
    brought: set[UUID] = field(default_factory=set)  # cards whose holders are on their way to fetch them

    def upload_list(self) -> None:
        """The first officer asks for everybody who waits to be asked for; now and then a cell is wrong at first."""
        rows = self.house.wanted[:_MOST_ROWS]
        del self.house.wanted[:_MOST_ROWS]
        if not rows:
            return
        with translation.override("tr"):
            worded = [(employee, str(KINDS[Kind(kind)])) for employee, kind in rows]
        dice = self.house.dice("list", rows[0][0].number, len(rows))
        typed = as_list(worded)
        if len(rows) > 1 and dice.random() < 0.25:
            self._send(mistyped(typed))
            self.house.clock.wait(minutes=12)
            typed = as_list(worded[:1])
        self._send(typed)

    def _send(self, typed: bytes) -> None:
        by = self.house.cast.officer
        roster, _new = roster_upload.upload(typed, file_name="liste.csv", by=by)
        self.house.clock.wait(minutes=3)
        roster.refresh_from_db()
        if not roster.accepted:
            roster_upload.discard(roster.pk, by=by)
            return
        roster_upload.confirm(roster.pk, by=by)
        self.house.workers.carry_out()
        for request in self._requests(roster):
            self._life_of(request.person).hear_of_request(request.pk)
        dice = self.house.dice("approval", roster.lines, self.house.clock().date())
        days = dice.choices((0.4, 2.0, 7.5), (70, 22, 8))[0] * dice.uniform(0.8, 1.4)  # somebody is on leave
        self.house.soon(days, "approves a list", lambda: self._approve(roster.pk))

    @staticmethod
    def _requests(roster: Roster) -> Sequence[Request]:
        return list(rosters.requests_in(roster))

    def _life_of(self, person: Person) -> Life:
        return self.lives[person.tckn]

    def _approve(self, roster_id: UUID) -> None:
        """The second officer looks at the list: all at once, but for those who are about to go."""
        by = self.house.cast.other_officer
        roster = rosters.roster(roster_id)
        for request in self._requests(roster):
            if self._life_of(request.person).has_left and request.state == RequestState.PROPOSED:
                act = partial(roster_approval.refuse, request.pk, reason="Kurumdan ayrılıyor", by=by)
                self.house.attempt("refuses a request", act)
        roster_approval.approve_all(roster_id, by=by)

    def close_leavers(self) -> None:
        """Certificates of who has left are closed, and what they had under way is ended."""
        gone, self.house.leavers = self.house.leavers, []
        for one in gone:
            self.house.attempt("closes a leaver", partial(self._close, self.lives[one.employee.tckn]))

    def _close(self, life: Life) -> None:
        by = self.house.cast.officer
        said = leavers.leave(reason="Kurumdan ayrıldı", last_day=None)
        person = people.person_by_tckn(Tckn(life.employee.tckn))
        rows = certificates.open_certificates(person.pk, self.house.cast.institution_id) if person else []
        if rows:
            leavers.close(leavers.chosen([row.pk for row in rows], by=by), how=leavers.How.REVOKE, said=said, by=by)
        for row in life.running():
            self.house.attempt("ends a leaver's application", partial(leavers.reject, row.pk, said=said, by=by))

    def take_forms_in(self) -> None:
        """The pile of the day, sheet by sheet; some are given back."""
        pile, self.house.forms = self.house.forms, []
        for application_id in pile:
            self.house.clock.wait(seconds=20)
            self.house.attempt("takes a form in", partial(self._take_in, application_id))

    def _take_in(self, application_id: UUID) -> None:
        by = self.house.cast.representative
        row = applications.application(application_id)
        paper = form_intake.recognise(content.mark(row.reference, row.content_hash), by=by)
        if paper.standing is not form_intake.Standing.AWAITED:
            return
        life = self.house.applicants[application_id]
        wrong = life.employee.habits.form_is_wrong and not applications.form_visits(row)
        if wrong:
            form_receipt.give_back(application_id, reason=_ILLEGIBLE, by=by)
            life.take_form_back(application_id)
        else:
            form_receipt.take_in(application_id, scanned=paper.mark, by=by)

    def open_boxes(self) -> None:
        """Boxes that have come are counted; now and then a card is not in it."""
        by = self.house.cast.representative
        for box in delivery.consignments_in([ConsignmentState.ARRIVED]):
            inside = self._in_order(delivery.pieces_of(box.pk))
            dice = self.house.dice("box", self.house.clock().date(), len(inside))
            missing = {one.pk for one in inside if dice.random() < 0.004}
            there = {one.pk for one in inside} - missing
            collective_hand_over.receive(box.pk, there=there, missing=missing, by=by)
            for one in inside:
                if one.pk in there:
                    self._expect(one)

    def _in_order(self, pieces: Sequence[Parcel]) -> list[Parcel]:
        enclosed = [one for one in pieces if one.state == ParcelState.ENCLOSED]
        return sorted(enclosed, key=lambda one: self.house.applicants[one.application_id].employee.number)

    def _expect(self, parcel: Parcel) -> None:
        """The holder comes for the card, or is waited for in vain; who comes the second time comes soon."""
        habits = self.house.applicants[parcel.application_id].employee.habits
        first = parcel.application_id not in self.brought
        self.brought.add(parcel.application_id)
        if habits.never_collects and first:
            self.house.soon(_NEVER_FETCHED_AFTER, "sends a card back", lambda: self._send_back(parcel, "never_came"))
        else:
            self.house.soon(habits.collects_after, "hands a card over", lambda: self._hand_over(parcel))

    def _hand_over(self, parcel: Parcel) -> None:
        by, life = self.house.cast.representative, self.house.applicants[parcel.application_id]
        if delivery.parcel(parcel.pk).state != ParcelState.WITH_REPRESENTATIVE:
            return
        if collective_hand_over.piece(parcel.pk, by=by).closed:
            self._send_back(parcel, "left" if life.has_left else "closed")
            return
        collective_hand_over.hand_over(parcel.pk, identity_checked=True, by=by)
        life.have_card(parcel.application_id)

    def _send_back(self, parcel: Parcel, why: str) -> None:
        collective_hand_over.return_to_centre(parcel.pk, why=why, by=self.house.cast.representative)
