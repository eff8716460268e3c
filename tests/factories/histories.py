"""A year of applications as the tables would hold it: rows and histories written day by day, at the times of the story.

The real services cannot be used for this: the database's triggers write their own clock into the history, which no
test may move. So the triggers are passed over (`session_replication_role`, which only the owner of a test database may
set) and the history is written as they would have written it: one row per birth and move, named by its law, with the
time of the story. Everything else (states, requirements, form visits, orders, parcels, charges) is written as the
services leave it. The same seed tells the same year.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from stdnum.tr import tckimlik

from divit.applications.models import Application, FormVisit, Requirement
from divit.applications.reference import new_reference
from divit.audit.models import History
from divit.delivery.models import Parcel
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.clock import ISTANBUL
from divit.kernel.working_days import after
from divit.production.models import CardOrder

Act = Callable[[datetime], None]
KINDS = (("first", 45), ("lost", 20), ("hardware_fault", 12), ("identity_update", 8), ("pin_lost", 15))


@contextmanager
def as_the_triggers_would() -> Iterator[None]:
    """A transaction in which the rows are written with the times of the story."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield


def _moved(law: str, row_id: uuid.UUID, source: str, act: str, target: str, when: datetime) -> None:
    History.objects.create(
        law=law, row_id=str(row_id), source=source, act=act, target=target, actor="system:system", at=when
    )


@dataclass
class Story:
    """One application: what happens to it, and when."""

    dice: random.Random
    institution: Institution
    person: Person
    kind: str
    payer: str
    events: list[tuple[datetime, Act]] = field(default_factory=list)
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    order: uuid.UUID = field(default_factory=uuid.uuid4)
    parcel: uuid.UUID = field(default_factory=uuid.uuid4)

    def tell(self, submitted: datetime, *, busy: float, slow: float) -> None:
        """Plan everything from the submission on; `busy` and `slow` stretch the centre's and the institution's part."""
        self._at(submitted, self._submit)
        fate = self.dice.random()
        form = self._form_in(submitted, slow=slow)
        paid = after(submitted, self.dice.expovariate(1.2)) if self.payer == "person" else submitted
        if self.payer == "person":
            self._at(paid, lambda when: self._close("fee_paid", when))
        released = max(form, paid)
        if fate < 0.05:
            end = after(submitted, self.dice.uniform(0.1, 3))
            self.events = [event for event in self.events if event[0] < end]
            self._at(end, lambda when: self._move("open", "withdraw", "withdrawn", when))
            return
        self._at(released, self._release)
        self._from_release(released, busy=busy)

    def _form_in(self, submitted: datetime, *, slow: float) -> datetime:
        when = after(submitted, self.dice.lognormvariate(0.9, 0.7) * slow)
        if self.dice.random() < 0.07:
            self._at(when, self._return_form)
            when = after(when, self.dice.lognormvariate(1.0, 0.5))
        self._at(when, lambda moment: self._close("form_received", moment))
        return when

    def _from_release(self, released: datetime, *, busy: float) -> None:
        taken = after(released, self.dice.gammavariate(2, 0.5) * busy)
        self._at(taken, lambda when: self._order("queued", "take", "personalising", when))
        made = after(taken, self.dice.uniform(0.05, 0.6))
        if self.dice.random() < 0.03:
            spoiled, again = made, after(made, self.dice.uniform(0.3, 2))
            self._at(spoiled, lambda when: self._order("personalising", "spoil", "spoiled", when))
            self._at(again, lambda when: self._order("spoiled", "requeue", "queued", when))
            self._at(after(again, 0.1), lambda when: self._order("queued", "take", "personalising", when))
            made = after(again, 0.4)
        self._at(made, self._produce)
        inspected = after(made, self.dice.uniform(0.05, 0.8) * busy)
        self._at(inspected, lambda when: self._order("produced", "inspect", "inspected", when))
        handed = after(inspected, self.dice.uniform(0.1, 0.9) * busy)
        self._at(handed, self._hand_over)
        arrives = after(handed, self.dice.gammavariate(4, 0.5))
        if self.dice.random() < 0.05:
            self._at(arrives, lambda when: self._parcel("handed_over", "return", "returned", when))
            resent = after(arrives, self.dice.uniform(0.5, 3))
            self._at(resent, lambda when: self._parcel("returned", "send_again", "packed", when))
            self._at(after(resent, 0.1), lambda when: self._parcel("packed", "announce", "handed_over", when))
            arrives = after(resent, 0.2 + self.dice.gammavariate(4, 0.5))
        self._at(arrives, self._deliver)
        self._at(
            after(arrives, self.dice.expovariate(1)), lambda when: self._move("delivered", "close", "closed", when)
        )

    def _at(self, when: datetime, act: Act) -> None:
        self.events.append((when, act))

    def _submit(self, when: datetime) -> None:
        Application.objects.create(
            id=self.id,
            reference=new_reference(),
            person=self.person,
            institution=self.institution,
            kind=self.kind,
            payer=self.payer,
            state="open",
            submitted_at=when,
            lapses_on=when.date() + timedelta(days=60),
            content_hash="0" * 64,
            **{"years": 3, "publish": False, "email": "a@b.example", "phone": "+905050000000", "operator": "turkcell"},
            **{"unit": "Okul", "province": "Isparta", "street": "1. Sokak"},
        )
        _moved("application", self.id, "", "begin", "draft", when)
        _moved("application", self.id, "draft", "submit", "open", when)
        wanted = ["phone_proven", "form_received", "fee_paid" if self.payer == "person" else "approved"]
        Requirement.objects.bulk_create(Requirement(application_id=self.id, kind=kind) for kind in wanted)
        self._close("phone_proven", when)
        self._close("approved", when)  # given with the institution's list, before the person was ready

    def _close(self, requirement: str, when: datetime) -> None:
        found = Requirement.objects.filter(application_id=self.id, kind=requirement)
        found.update(closed_at=when, closed_by="system:system")

    def _return_form(self, when: datetime) -> None:
        FormVisit.objects.create(
            application_id=self.id, outcome="returned", reason="İmza eksik", content_hash="0" * 64, at=when, by="x:1"
        )
        _moved("application", self.id, "open", "return_form", "open", when)

    def _move(self, source: str, act: str, target: str, when: datetime) -> None:
        Application.objects.filter(pk=self.id).update(state=target)
        _moved("application", self.id, source, act, target, when)

    def _release(self, when: datetime) -> None:
        self._move("open", "release", "released", when)
        CardOrder.objects.create(
            id=self.order,
            application_id=self.id,
            person=self.person,
            institution=self.institution,
            product="nes-3y",
            replaces=False,
        )
        _moved("card_order", self.order, "", "begin", "queued", when)

    def _order(self, source: str, act: str, target: str, when: datetime) -> None:
        CardOrder.objects.filter(pk=self.order).update(state=target, changed_at=when)
        _moved("card_order", self.order, source, act, target, when)

    def _produce(self, when: datetime) -> None:
        self._order("personalising", "certify", "certifying", when)
        self._order("certifying", "issue", "loading", when)
        self._order("loading", "load", "produced", when)
        self._move("released", "produce", "produced", when)

    def _hand_over(self, when: datetime) -> None:
        signed = {"produced_by": "101", "inspected_by": "102", "dispatched_by": "103"}
        CardOrder.objects.filter(pk=self.order).update(**signed)
        self._order("inspected", "dispatch", "dispatched", when)
        Parcel.objects.create(
            id=self.parcel, order_id=self.order, application_id=self.id, person=self.person, produced_by="101"
        )
        _moved("parcel", self.parcel, "", "begin", "packed", when)
        self._parcel("packed", "announce", "handed_over", when)

    def _parcel(self, source: str, act: str, target: str, when: datetime) -> None:
        Parcel.objects.filter(pk=self.parcel).update(state=target, changed_at=when)
        _moved("parcel", self.parcel, source, act, target, when)

    def _deliver(self, when: datetime) -> None:
        self._parcel("handed_over", "deliver", "delivered", when)
        self._move("produced", "deliver", "delivered", when)


class Year:
    """The applications of some institutions over a year, played forward day by day."""

    def __init__(self, institutions: list[Institution], *, begins: date, applications: int, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a story, not a secret
        self.begins = begins
        self.numbers = _nobodys_numbers()
        self.stories = [self._story(number, institutions) for number in range(applications)]
        self.left = sorted(
            (event for story in self.stories for event in story.events), key=lambda event: event[0], reverse=True
        )

    def _story(self, number: int, institutions: list[Institution]) -> Story:
        place = min(int(self.dice.expovariate(0.6)), len(institutions) - 1)
        person = Person.objects.create(
            tckn=next(self.numbers), given_names="Deneme", surname=f"Kişi {number}", birth_place="Isparta"
        )
        kinds, weights = zip(*KINDS, strict=True)
        story = Story(
            dice=self.dice,
            institution=institutions[place],
            person=person,
            kind=self.dice.choices(kinds, weights)[0],
            payer="person" if self.dice.random() < 0.4 else "institution",
        )
        submitted = self._some_day()
        story.tell(submitted, busy=_busy(submitted.date()), slow=1 + 0.35 * place)
        return story

    def _some_day(self) -> datetime:
        day = self.begins + timedelta(days=int(self.dice.random() * 365))
        return datetime.combine(day, time(self.dice.randint(7, 22), self.dice.randint(0, 59)), tzinfo=ISTANBUL)

    def play(self, until: datetime) -> int:
        """Let everything happen that happens before an instant; returns how much did."""
        done = 0
        with as_the_triggers_would():
            while self.left and self.left[-1][0] < until:
                when, act = self.left.pop()
                act(when)
                done += 1
        return done


def _nobodys_numbers() -> Iterator[str]:
    """Numbers from the synthetic range whose check digits do not hold: not even another test's people have them."""
    return (text for text in (f"1000000{number:04d}" for number in range(10_000)) if not tckimlik.is_valid(text))


def _busy(day: date) -> float:
    """September brings the teachers: the centre's queues are twice as long."""
    return 2.0 if day.month == 9 else 1.0


def delivered_in(year: Year) -> dict[uuid.UUID, date]:
    """When each card of the story was handed over, for judging what was promised."""
    found = {}
    for story in year.stories:
        for when, act in story.events:
            if getattr(act, "__func__", None) is Story._deliver:
                found[story.id] = when.astimezone(ISTANBUL).date()
    return found


def some_institutions(*names: str) -> list[Institution]:
    """Institutions with a rule since long ago."""
    made: list[Any] = []
    for name in names:
        institution = Institution.objects.create(name=name)
        institution.rules.create(
            valid_from=date(2020, 1, 1),
            form_target="institution",
            pay_gate="before_form",
            born_state="valid",
            profile="etsi-tr",
        )
        made.append(institution)
    return made
