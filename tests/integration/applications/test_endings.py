"""How applications end: withdrawn until production begins, returned, rejected, lapsed; and who may see what."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction

from divit.applications import content, selectors
from divit.applications.kinds import Kind
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.certificates.models import Certificate
from divit.flows import application_status, fees, form_receipt, withdrawal
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Appointment, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.payments import selectors as payments
from divit.production import selectors as production
from divit.production import services as production_services
from divit.production.lifecycle import Act as OrderAct
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import Way, told

pytestmark = pytest.mark.django_db
PRODUCER = Actor(role=Role.PRODUCER, id="1")


@pytest.fixture
def ayse(make_person: Callable[..., Person]) -> Person:
    return make_person("Ayşe Işıl", "Öğüt", phone="+905051234567", email="ayse@okul.example")


def test_a_draft_is_simply_dropped(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.begin(ayse, ministry)
    withdrawal.withdraw(row.id, by=holder_of(ayse))
    assert selectors.application(row.id).state == State.WITHDRAWN
    assert told(ayse) == []
    way.begin(ayse, ministry)  # and another one may begin


def test_withdrawing_cancels_what_is_due(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.submitted(ayse, ministry)
    withdrawal.withdraw(row.id, by=holder_of(ayse))
    charge = payments.charge_for(row.id)
    assert charge is not None
    assert charge.state == "cancelled"
    assert "application_withdrawn" in told(ayse)
    with pytest.raises(Refused, match="not_from_this_state"):
        withdrawal.withdraw(row.id, by=holder_of(ayse))


def released(
    way: Way,
    ayse: Person,
    ministry: Institution,
    representative: Actor,
) -> Application:
    """In the queue of production, with nothing to pay: the institution's rule asks for the fee after the form."""
    from divit.applications import services
    from divit.flows import release
    from divit.flows.payment import BANK

    row = way.submitted(ayse, ministry)
    with transaction.atomic():
        services.close_requirement(services.locked(row.id), "fee_paid", by=BANK, proof="test")
        services.take_form_in(services.locked(row.id), printed=None, by=representative)
        release.advance(row.id)
    return selectors.application(row.id)


def test_withdrawing_until_production_begins(
    way: Way, ayse: Person, treasury: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = released(way, ayse, treasury, representative_of(treasury))
    assert row.state == State.RELEASED
    withdrawal.withdraw(row.id, by=holder_of(ayse))
    order = production.order_of(row.id)
    assert order is not None
    assert order.state == "cancelled"
    assert selectors.application(row.id).state == State.WITHDRAWN


def test_not_once_production_has_begun(
    way: Way, ayse: Person, treasury: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = released(way, ayse, treasury, representative_of(treasury))
    order = production.order_of(row.id)
    assert order is not None
    with transaction.atomic():
        production_services.carry_out(production_services.locked(order.id), OrderAct.TAKE, by=PRODUCER, now=clock.now())
    with pytest.raises(Refused, match="too_late_to_withdraw"):
        withdrawal.withdraw(row.id, by=holder_of(ayse))
    assert selectors.application(row.id).state == State.RELEASED


def test_nobody_withdraws_for_another(
    way: Way, ayse: Person, ministry: Institution, make_person: Callable[..., Person]
) -> None:
    row = way.submitted(ayse, ministry)
    with pytest.raises(NotFound):
        withdrawal.withdraw(row.id, by=holder_of(make_person()))


def test_a_form_that_is_given_back_says_why(
    way: Way, ayse: Person, ministry: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = way.submitted(ayse, ministry)
    representative = representative_of(ministry)
    form_receipt.give_back(row.id, reason="İmza eksik.", by=representative)
    visit = selectors.form_visits(row)[-1]
    assert (visit.outcome, visit.reason) == ("returned", "İmza eksik.")
    assert selectors.application(row.id).state == State.OPEN
    assert "application_form_returned" in told(ayse)
    with pytest.raises(Invalid, match="text_strange"):
        form_receipt.give_back(row.id, reason="<b>İmza</b>", by=representative)
    with pytest.raises(Invalid, match="text_required"):
        form_receipt.give_back(row.id, reason="  ", by=representative)
    assert form_receipt.take_in(row.id, by=representative)
    with pytest.raises(Refused, match="form_already_received"):
        form_receipt.give_back(row.id, reason="Geç.", by=representative)


def test_rejecting_ends_it_and_its_charge(
    way: Way, ayse: Person, ministry: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = way.submitted(ayse, ministry)
    form_receipt.reject(row.id, reason="Bu kişi kurumumuzda çalışmıyor.", by=representative_of(ministry))
    again = selectors.application(row.id)
    assert (again.state, again.ending) == (State.REJECTED, "Bu kişi kurumumuzda çalışmıyor.")
    charge = payments.charge_for(row.id)
    assert charge is not None
    assert charge.state == "cancelled"


def test_a_representative_sees_the_own_institution_only(
    way: Way,
    ayse: Person,
    ministry: Institution,
    treasury: Institution,
    representative_of: Callable[[Institution], Actor],
) -> None:
    row = way.submitted(ayse, ministry)
    mine, other = representative_of(ministry), representative_of(treasury)
    for text in (
        row.reference,
        row.reference.lower().replace("-", " "),
        content.mark(row.reference, row.content_hash),
        "ısıl ogut",
        "Öğüt",
    ):
        assert [found.id for found in form_receipt.find(text, by=mine)] == [row.id], text
        assert form_receipt.find(text, by=other) == [], text
    assert [found.id for found in form_receipt.waiting(by=mine)] == [row.id]
    assert form_receipt.waiting(by=other) == []
    for act in (
        lambda: form_receipt.look_at(row.id, by=other),
        lambda: form_receipt.take_in(row.id, by=other),
        lambda: form_receipt.give_back(row.id, reason="Hayır.", by=other),
        lambda: form_receipt.reject(row.id, reason="Hayır.", by=other),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_representative_sees_no_drafts(
    way: Way, ayse: Person, ministry: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = way.ready(ayse, ministry)
    representative = representative_of(ministry)
    assert form_receipt.find(row.reference, by=representative) == []
    with pytest.raises(NotFound):
        form_receipt.look_at(row.id, by=representative)


def test_an_ended_appointment_opens_nothing(
    way: Way, ayse: Person, ministry: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = way.submitted(ayse, ministry)
    representative = representative_of(ministry)
    appointment = Appointment.objects.get(person_id=representative.id)
    Appointment.objects.filter(pk=appointment.pk).update(starts=clock.today() - timedelta(days=9))
    institutions.end_appointment(appointment, by=representative)
    Appointment.objects.filter(pk=appointment.pk).update(ends=clock.today() - timedelta(days=1))
    with pytest.raises(NotFound):
        form_receipt.take_in(row.id, by=representative)


def test_a_form_of_another_application_is_noticed(
    way: Way,
    ayse: Person,
    ministry: Institution,
    make_person: Callable[..., Person],
    representative_of: Callable[[Institution], Actor],
) -> None:
    row = way.submitted(ayse, ministry)
    other = way.submitted(make_person("Ömer", "Yıldız"), ministry)
    scanned = content.mark(other.reference, other.content_hash)
    with pytest.raises(Refused, match="form_of_another"):
        form_receipt.take_in(row.id, scanned=scanned, by=representative_of(ministry))


@pytest.mark.parametrize("submitted", [False, True])
def test_two_reminders_and_then_the_end(way: Way, ayse: Person, ministry: Institution, submitted: bool) -> None:
    row = way.submitted(ayse, ministry) if submitted else way.begin(ayse, ministry)
    row.refresh_from_db()
    last = row.lapses_on
    seen: list[tuple[date, tuple[int, int]]] = []
    for days in range(20, -3, -1):
        day = last - timedelta(days=days)
        done = withdrawal.remind_and_lapse(today=day)
        if done != (0, 0):
            seen.append((day, done))
    assert seen == [
        (last - timedelta(days=14), (1, 0)),
        (last - timedelta(days=3), (1, 0)),
        (last + timedelta(days=1), (0, 1)),
    ]
    assert selectors.application(row.id).state == State.LAPSED
    notice = "application_waits" if submitted else "application_draft_waits"
    assert notice in told(ayse)
    charge = payments.charge_for(row.id)
    assert (charge is None) == (not submitted)
    assert charge is None or charge.state == "cancelled"


def test_one_that_cannot_be_ended_does_not_hold_up_the_others(
    way: Way, ayse: Person, make_person: Callable[..., Person], ministry: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = way.begin(ayse, ministry), way.begin(make_person(), ministry)
    give_back = fees.give_back

    def sometimes(row: Application, *, by: Actor) -> None:
        if row.id == stuck.id:
            raise Refused("changed_meanwhile")
        give_back(row, by=by)

    monkeypatch.setattr(fees, "give_back", sometimes)
    with pytest.raises(ExceptionGroup) as caught:
        withdrawal.remind_and_lapse(today=stuck.lapses_on + timedelta(days=1))
    assert [str(one) for one in caught.value.exceptions] == ["changed_meanwhile"]
    assert selectors.application(stuck.id).state == State.DRAFT
    assert selectors.application(other.id).state == State.LAPSED


def test_what_only_waits_for_its_day_does_not_lapse(
    way: Way,
    ayse: Person,
    ministry: Institution,
    make_certificate: Callable[..., Certificate],
    representative_of: Callable[[Institution], Actor],
    pay: Callable[[Application], None],
) -> None:
    """An early renewal, paid and signed, waits for weeks: nobody could do anything about it."""
    make_certificate(ayse, institution=ministry, until=clock.now() + timedelta(days=85))
    row = way.submitted(ayse, ministry, Kind.RENEWAL)
    pay(row)
    form_receipt.take_in(row.id, by=representative_of(ministry))
    assert selectors.open_requirements(row) == ["renewal_window"]
    assert withdrawal.remind_and_lapse(today=row.lapses_on + timedelta(days=1)) == (0, 0)
    assert selectors.application(row.id).state == State.OPEN
    assert not application_status.status(ayse.id, row.id, by=holder_of(ayse)).something_missing


def test_kinds_of_visitors_that_may_not_look(way: Way, ayse: Person, ministry: Institution) -> None:
    row = way.submitted(ayse, ministry, Kind.OTHER)
    for actor in (
        holder_of(ayse),
        Actor(role=Role.OFFICER, id=str(ayse.id), institution_id=str(ministry.id)),
        Actor(role=Role.REPRESENTATIVE, id=str(ayse.id), institution_id=str(ministry.id)),
        Actor(role=Role.AUDITOR, id="7"),
    ):
        with pytest.raises(NotFound):
            form_receipt.take_in(row.id, by=actor)


@pytest.mark.parametrize("act", ["take_in", "give_back", "reject"])
def test_a_representative_does_not_judge_the_own_form(way: Way, ayse: Person, ministry: Institution, act: str) -> None:
    row = way.submitted(ayse, ministry)
    institutions.appoint(
        institution_id=ministry.id, person_id=ayse.id, role="representative", starts=clock.today(), by=SYSTEM
    )
    myself = Actor(role=Role.REPRESENTATIVE, id=str(ayse.id), institution_id=str(ministry.id))
    more = {} if act == "take_in" else {"reason": "İmza eksik."}
    with pytest.raises(Refused, match="own_form"):
        getattr(form_receipt, act)(row.id, by=myself, **more)
    assert selectors.application(row.id).state == "open"
