"""Cards of one institution in one box: packed, announced, counted piece by piece, handed over one by one."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from divit.applications.lifecycle import State as ApplicationState
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.certificates.models import Certificate
from divit.delivery import selectors
from divit.delivery.lifecycle import Act
from divit.delivery.models import Consignment, CourierReport, Parcel, SealedPin
from divit.flows import (
    application_status,
    card_delivery,
    card_production,
    collective_dispatch,
    collective_hand_over,
    lost_cards,
    pin_release,
    revocation,
    roster_progress,
)
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Institution, InstitutionRule
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, NeighbourFailed, NotFound, Refused
from divit.notifications.models import Message
from divit.pki.reasons import Reason
from divit.production.models import CardOrder
from divit.rosters.lifecycle import State as RequestState
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, digits_of
from tests.fixtures_consignments import ADDRESS, Office
from tests.fixtures_pki import holder_of

pytestmark = pytest.mark.usefixtures("pin_recipient")
Jobs = Callable[..., None]


@pytest.fixture
def cards(office: Office) -> list[CardOrder]:
    """Three inspected cards of one institution."""
    return office.inspected(3)


@pytest.fixture
def omer(office: Office, cards: list[CardOrder], make_person: Callable[..., Person]) -> Actor:
    """The institution's representative."""
    return office.appoint(make_person("Ömer", "Yıldız"), cards[0].institution)


def _states(orders: list[CardOrder]) -> list[str]:
    return [Parcel.objects.get(order=order).state for order in orders]


def _told(person_id: object) -> set[str]:
    return set(Message.objects.filter(person_id=person_id).values_list("notice", flat=True))


def test_from_the_box_to_each_holders_pin(
    office: Office, cards: list[CardOrder], omer: Actor, prove_phone: Callable[..., None], run_jobs: Jobs
) -> None:
    first, second, third = office.received(cards, by=omer)
    assert _states(cards) == ["with_representative"] * 3
    collective_hand_over.hand_over(first.pk, identity_checked=True, by=omer)
    assert _states(cards) == ["delivered", "with_representative", "with_representative"]
    states = [Application.objects.get(pk=parcel.application_id).state for parcel in (first, second, third)]
    assert states == ["delivered", "produced", "produced"]
    assert {"card_to_representative", "card_with_representative", "parcel_delivered"} <= _told(first.person_id)
    assert "parcel_delivered" not in _told(second.person_id)
    assert {"consignment_sent", "consignment_arrived"} <= _told(omer.id)
    for parcel, opens in ((first, True), (second, False)):
        holder = holder_of(parcel.person)
        prove_phone(holder, purpose="pin_release", subject_id=str(parcel.application_id))
        if opens:
            page = pin_release.ask(parcel.application_id, by=holder)
            run_jobs("signing")
            assert pin_release.show(page, by=holder) is not None
        else:
            with pytest.raises(Refused, match="card_not_delivered"):
                pin_release.ask(parcel.application_id, by=holder)


def test_the_courier_learns_of_one_parcel_for_the_representative(
    office: Office, cards: list[CardOrder], omer: Actor, courier: ScriptedCourier
) -> None:
    box = office.sent(cards)
    ((recipient, address, reference),) = courier.told
    representative = Person.objects.get(pk=omer.id)
    assert (recipient.name, recipient.phone) == (representative.name, representative.phone)
    assert recipient.tckn_last4 == representative.tckn[-4:]
    assert address == f"{cards[0].institution.name}, {ADDRESS}"
    assert reference == box.reference
    told = f"{recipient} {address} {reference}"
    assert not any(order.person.surname in told or order.application.reference in told for order in cards)


def test_one_wrong_card_and_no_box_is_closed(office: Office, cards: list[CardOrder], omer: Actor) -> None:
    digits = {order.pk: digits_of(order) for order in cards} | {cards[1].pk: "0000"}
    assert collective_dispatch.check_cards(digits) == [cards[1].pk]
    with pytest.raises(Invalid, match="card_number_other"):
        office.pack(cards, digits=digits)
    assert not Consignment.objects.exists()
    assert not Parcel.objects.exists()
    assert {CardOrder.objects.get(pk=order.pk).state for order in cards} == {"inspected"}


def test_who_may_pack_what_to_whom(
    office: Office, cards: list[CardOrder], omer: Actor, make_order: Callable[..., CardOrder], run_jobs: Jobs
) -> None:
    with pytest.raises(Refused, match="same_person_twice"):
        office.pack(cards, by=Actor(role=Role.DISPATCHER, id=PRODUCER.id))
    with pytest.raises(Refused, match="not_your_act"):
        office.pack(cards, by=INSPECTOR)
    with pytest.raises(Refused, match="consignment_empty"):
        office.pack(cards, digits={})
    with pytest.raises(Refused, match="consignment_too_full"):
        office.pack(cards, digits={uuid.uuid4(): "1234" for _ in range(101)})
    with pytest.raises(Invalid, match="representative_not_chosen"):
        office.pack(cards, appointment_id=uuid.uuid4())
    with pytest.raises(Invalid, match="text_required"):
        office.pack(cards, address=" ")
    alone = make_order()
    card_production.take(alone.pk, by=PRODUCER)
    run_jobs()
    card_production.inspect(alone.pk, digits=digits_of(alone), by=INSPECTOR)
    with pytest.raises(NotFound):  # goes to its holder's own address
        office.pack([*cards, alone])
    Person.objects.filter(pk=omer.id).update(phone="")
    with pytest.raises(Invalid, match="representative_without_phone"):
        office.pack(cards)
    institutions.end_appointment(office.appointments[0], by=SYSTEM)
    InstitutionRule.objects.update(valid_from=clock.today() - timedelta(days=500))
    assert not Consignment.objects.exists()


def test_a_card_that_travels_together_does_not_go_alone(office: Office, cards: list[CardOrder], omer: Actor) -> None:
    with pytest.raises(Refused, match="goes_to_representative"):
        card_delivery.dispatch(cards[0].pk, digits=digits_of(cards[0]), by=DISPATCHER)


def test_an_answer_that_was_lost_makes_no_second_parcel(
    office: Office, cards: list[CardOrder], omer: Actor, courier: ScriptedCourier
) -> None:
    box = office.pack(cards)
    courier.fails = 1
    with pytest.raises(NeighbourFailed):
        collective_dispatch.announce(box.pk, courier=courier)
    box.refresh_from_db()
    assert (box.state, box.trouble, box.asked_at is not None) == ("packed", "courier_down", True)
    collective_dispatch.announce(box.pk, courier=courier)
    collective_dispatch.announce(box.pk, courier=courier)
    assert len(courier.parcels) == 1
    box.refresh_from_db()
    assert (box.state, box.trouble) == ("handed_over", "")
    assert Message.objects.filter(notice="card_to_representative").count() == 6  # a text and a mail each


def test_a_refused_box_waits_for_somebody_and_is_tried_again_or_opened(
    office: Office,
    cards: list[CardOrder],
    omer: Actor,
    courier: ScriptedCourier,
    run_jobs: Jobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_wish: object) -> str:
        raise NeighbourFailed("courier", "refused", outcome_known=True)

    with monkeypatch.context() as patch:
        patch.setattr(courier, "create", refuse)
        box = office.sent(cards)
        assert (box.state, box.trouble) == ("packed", "address_refused")
        Consignment.objects.update(changed_at=clock.now() - timedelta(minutes=10))
        assert collective_dispatch.resume() == 0
    collective_dispatch.retry(box.pk, by=DISPATCHER)
    run_jobs()
    box.refresh_from_db()
    assert (box.state, box.trouble) == ("handed_over", "")


def test_what_the_courier_tells_before_the_number_is_followed_afterwards(
    office: Office, cards: list[CardOrder], omer: Actor, courier: ScriptedCourier, run_jobs: Jobs
) -> None:
    box = office.pack(cards)
    courier.happened("TR700000", "delivered", checked=True)
    assert card_delivery.read_events(courier=courier) == 1
    assert CourierReport.objects.get().refused == "no_such_parcel"
    run_jobs()
    assert card_delivery.follow_early_reports() == 1
    assert card_delivery.follow_early_reports() == 0
    box.refresh_from_db()
    assert (box.state, CourierReport.objects.get().refused) == ("arrived", "")


def test_a_card_whose_certificate_was_closed_goes_into_no_box(
    office: Office, cards: list[CardOrder], omer: Actor
) -> None:
    first, *_rest = office.received(cards[:1], by=omer)
    collective_hand_over.return_to_centre(first.pk, why="left", by=omer)
    collective_dispatch.take_back(first.pk, digits=digits_of(cards[0]), by=DISPATCHER)
    for order in cards[:2]:
        certificate = Certificate.objects.get(card_order_id=order.pk)
        revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(order.person))
        with pytest.raises(Refused, match="certificate_does_not_stand"):
            office.pack([order])


def test_a_lost_job_is_put_back(
    office: Office, cards: list[CardOrder], omer: Actor, courier: ScriptedCourier, run_jobs: Jobs
) -> None:
    box = office.pack(cards)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert collective_dispatch.resume() == 0
    Consignment.objects.filter(pk=box.pk).update(changed_at=clock.now() - timedelta(minutes=10))
    assert collective_dispatch.resume() == 1
    run_jobs()
    box.refresh_from_db()
    assert box.state == "handed_over"


def test_the_same_events_ten_times_have_one_effect(
    office: Office, cards: list[CardOrder], omer: Actor, courier: ScriptedCourier
) -> None:
    box = office.sent(cards)
    for kind in ("picked_up", "on_the_way"):
        courier.happened(box.tracking_no, kind)
    courier.happened(box.tracking_no, "delivered", checked=True)
    courier.happenings *= 10
    assert card_delivery.read_events(courier=courier) == 3
    box.refresh_from_db()
    assert box.state == "arrived"
    assert _states(cards) == ["enclosed"] * 3
    assert Message.objects.filter(notice="consignment_arrived").count() == 2


def test_left_with_somebody_unchecked_it_has_not_arrived(
    office: Office, cards: list[CardOrder], omer: Actor, courier: ScriptedCourier
) -> None:
    box = office.sent(cards)
    courier.happened(box.tracking_no, "delivered", checked=False)
    assert card_delivery.read_events(courier=courier) == 1
    box.refresh_from_db()
    assert (box.state, box.trouble) == ("handed_over", "consignment_identity_not_checked")
    assert CourierReport.objects.get().refused == "consignment_identity_not_checked"
    with pytest.raises(Refused, match="not_from_this_state"):
        collective_hand_over.receive(box.pk, there=set(), missing=set(), by=omer)


def test_of_every_card_something_is_said(office: Office, cards: list[CardOrder], omer: Actor) -> None:
    box = office.arrived(cards)
    keys = [Parcel.objects.get(order=order).pk for order in cards]
    for there, missing in (({keys[0]}, {keys[1]}), (set(keys), {keys[1]}), (set(), set())):
        with pytest.raises(Refused, match="pieces_not_counted"):
            collective_hand_over.receive(box.pk, there=there, missing=missing, by=omer)
    assert _states(cards) == ["enclosed"] * 3
    collective_hand_over.receive(box.pk, there=set(keys), missing=set(), by=omer)
    with pytest.raises(Refused, match="not_from_this_state"):
        collective_hand_over.receive(box.pk, there=set(keys), missing=set(), by=omer)


def test_a_missing_card_is_trouble_at_the_dispatch_desk_and_turns_up(
    office: Office, cards: list[CardOrder], omer: Actor
) -> None:
    _first, second, _third = office.received(cards, by=omer, missing=[cards[1]])
    assert (second.state, second.trouble) == ("missing", "not_in_the_box")
    assert Consignment.objects.get().trouble == "pieces_missing"
    assert "card_missing" in _told(second.person_id)
    assert "card_with_representative" not in _told(second.person_id)
    assert second.pk in {parcel.pk for parcel in selectors.in_states(["missing"])}  # type: ignore[list-item]
    with pytest.raises(Refused, match="not_from_this_state"):
        collective_hand_over.hand_over(second.pk, identity_checked=True, by=omer)
    collective_hand_over.find_later(second.pk, by=omer)
    second.refresh_from_db()
    assert (second.state, second.trouble) == ("with_representative", "")
    assert "card_with_representative" in _told(second.person_id)


def test_a_missing_card_is_given_up_and_made_anew(
    office: Office, cards: list[CardOrder], omer: Actor, run_jobs: Jobs
) -> None:
    _first, second, _third = office.received(cards, by=omer, missing=[cards[1]])
    lost_cards.give_up(second.pk, by=DISPATCHER)
    with pytest.raises(Refused):
        lost_cards.give_up(second.pk, by=DISPATCHER)
    order = CardOrder.objects.get(pk=cards[1].pk)
    assert (order.state, order.trouble) == ("spoiled", "card_lost")
    assert Certificate.objects.get(card_order_id=order.pk).state == "revoked"
    assert SealedPin.objects.get(application_id=order.application_id).state == "discarded"
    assert "certificate_lost_on_the_way" in _told(order.person_id)
    with pytest.raises(Refused, match="not_from_this_state"):
        collective_hand_over.find_later(second.pk, by=omer)

    card_production.requeue(order.pk, by=PRODUCER)
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    (again,) = office.received([order], by=omer)
    assert again.pk == second.pk
    collective_hand_over.hand_over(again.pk, identity_checked=True, by=omer)
    assert Application.objects.get(pk=order.application_id).state == "delivered"
    assert Consignment.objects.count() == 2


def test_a_lost_box_gives_up_every_card_whatever_dies(
    office: Office, cards: list[CardOrder], omer: Actor, courier: ScriptedCourier, run_jobs: Jobs
) -> None:
    box = office.sent(cards)
    collective_dispatch.lose(box.pk, by=DISPATCHER)
    assert _states(cards) == ["missing"] * 3
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    Parcel.objects.update(changed_at=clock.now() - timedelta(minutes=10))
    assert collective_dispatch.resume() == 3
    run_jobs()
    assert _states(cards) == ["lost"] * 3
    assert {one.state for one in Certificate.objects.all()} == {"revoked"}
    assert collective_dispatch.resume() == 0
    for order in cards:
        collective_dispatch.give_up(Parcel.objects.get(order=order).pk)
    courier.happened(box.tracking_no, "delivered", checked=True)
    card_delivery.read_events(courier=courier)
    box.refresh_from_db()
    assert (box.state, box.trouble) == ("lost", "turned_up")


def test_a_certificate_that_its_holder_closed_meanwhile_does_not_stand_in_the_way(
    office: Office, cards: list[CardOrder], omer: Actor
) -> None:
    _first, second, _third = office.received(cards, by=omer, missing=[cards[1]])
    certificate = Certificate.objects.get(card_order_id=second.order_id)
    revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(second.person))
    lost_cards.give_up(second.pk, by=DISPATCHER)
    second.refresh_from_db()
    assert second.state == "lost"


def test_a_card_whose_certificate_was_closed_while_it_waits_goes_back_and_to_nobody(
    office: Office, cards: list[CardOrder], omer: Actor
) -> None:
    first, second, _third = office.received(cards, by=omer)
    certificate = Certificate.objects.get(card_order_id=first.order_id)
    revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(first.person))
    with pytest.raises(Refused, match="certificate_closed_meanwhile"):
        collective_hand_over.hand_over(first.pk, identity_checked=True, by=omer)
    assert Application.objects.get(pk=first.application_id).state == "produced"
    assert "parcel_delivered" not in _told(first.person_id)
    piece = collective_hand_over.piece(first.pk, by=omer)
    assert (piece.closed, piece.acts) == (True, {Act.RETURN_TO_CENTRE})
    assert not collective_hand_over.piece(second.pk, by=omer).closed
    collective_hand_over.return_to_centre(first.pk, why="closed", by=omer)
    collective_dispatch.take_back(first.pk, digits=digits_of(cards[0]), by=DISPATCHER)
    with pytest.raises(Refused, match="certificate_closed_meanwhile"):
        card_delivery.collect(first.pk, identity_checked=True, by=DISPATCHER)
    lost_cards.give_up(first.pk, by=DISPATCHER)


def test_a_returned_box_is_sent_again_or_opened(
    office: Office, cards: list[CardOrder], omer: Actor, courier: ScriptedCourier, run_jobs: Jobs
) -> None:
    box = office.sent(cards)
    number = box.tracking_no
    courier.happened(number, "returned")
    card_delivery.read_events(courier=courier)
    collective_dispatch.send_again(box.pk, by=DISPATCHER)
    run_jobs()
    box.refresh_from_db()
    assert (box.state, box.journey) == ("handed_over", 2)
    assert box.tracking_no != number
    courier.happened(number, "delivered", checked=True)  # of the first journey: nobody's any more
    courier.happened(box.tracking_no, "returned", at=clock.now() + timedelta(seconds=1))
    card_delivery.read_events(courier=courier)
    box.refresh_from_db()
    assert box.state == "returned"
    collective_dispatch.unpack(box.pk, by=DISPATCHER)
    assert _states(cards) == ["returned"] * 3
    assert len(collective_dispatch.packable(box.institution_id)) == 3
    parcel = Parcel.objects.get(order=cards[0])
    with pytest.raises(Refused, match="no_address_of_holder"):
        card_delivery.send_again(parcel.pk, by=DISPATCHER)
    card_delivery.collect(parcel.pk, identity_checked=True, by=DISPATCHER)
    assert len(office.received(cards[1:], by=omer)) == 2
    assert _states(cards) == ["collected", "with_representative", "with_representative"]


def test_nothing_is_sent_again_to_a_former_representative(
    office: Office, cards: list[CardOrder], omer: Actor, courier: ScriptedCourier
) -> None:
    box = office.sent(cards)
    courier.happened(box.tracking_no, "returned")
    card_delivery.read_events(courier=courier)
    type(office.appointments[0]).objects.update(
        starts=clock.today() - timedelta(days=9), ends=clock.today() - timedelta(days=1)
    )
    with pytest.raises(Refused, match="representative_no_longer"):
        collective_dispatch.send_again(box.pk, by=DISPATCHER)


def test_a_card_nobody_came_for_goes_back_and_is_packed_anew(
    office: Office, cards: list[CardOrder], omer: Actor
) -> None:
    first, *_rest = office.received(cards, by=omer)
    with pytest.raises(Invalid, match="return_reason_unknown"):
        collective_hand_over.return_to_centre(first.pk, why="because", by=omer)
    collective_hand_over.return_to_centre(first.pk, why="never_came", by=omer)
    with pytest.raises(Refused, match="not_from_this_state"):
        collective_hand_over.hand_over(first.pk, identity_checked=True, by=omer)
    first.refresh_from_db()
    assert (first.state, first.returned_why) == ("returning", "never_came")
    assert "card_sent_back" in _told(first.person_id)
    with pytest.raises(Invalid, match="card_number_other"):
        collective_dispatch.take_back(first.pk, digits="0000", by=DISPATCHER)
    collective_dispatch.take_back(first.pk, digits=digits_of(cards[0]), by=DISPATCHER)
    assert [order.pk for order in collective_dispatch.packable(cards[0].institution_id)] == [cards[0].pk]
    office.received([cards[0]], by=omer)
    first.refresh_from_db()
    assert (first.state, first.returned_why) == ("with_representative", "")


def test_nobody_without_an_identity_card_and_no_other_role(office: Office, cards: list[CardOrder], omer: Actor) -> None:
    first, *_rest = office.received(cards, by=omer)
    with pytest.raises(Refused, match="identity_not_checked"):
        collective_hand_over.hand_over(first.pk, identity_checked=False, by=omer)
    for role in Role:
        if role is not Role.REPRESENTATIVE:
            stranger = Actor(role=role, id=omer.id, institution_id=omer.institution_id)
            with pytest.raises(NotFound):
                collective_hand_over.hand_over(first.pk, identity_checked=True, by=stranger)
    assert _states(cards) == ["with_representative"] * 3


class TestTheOwnCard:
    """A representative never vouches for their own identity."""

    def test_the_courier_saw_the_addressee(
        self, office: Office, make_person: Callable[..., Person], cards: list[CardOrder]
    ) -> None:
        person = make_person("Ömer", "Yıldız")
        omer = office.appoint(person, cards[0].institution)
        (order,) = office.inspected(people=[person])
        (own,) = office.received([order], by=omer)
        collective_hand_over.hand_over(own.pk, identity_checked=True, by=omer)
        own.refresh_from_db()
        assert own.state == "delivered"

    def test_a_colleague_hands_over_what_came_to_another(
        self, office: Office, make_person: Callable[..., Person], cards: list[CardOrder]
    ) -> None:
        omer = office.appoint(make_person("Ömer", "Yıldız"), cards[0].institution)
        person = make_person("Su", "Ak")
        su = office.appoint(person, cards[0].institution)
        (order,) = office.inspected(people=[person])
        (own,) = office.received([order], by=su)
        with pytest.raises(Refused, match="own_card_needs_another"):
            collective_hand_over.hand_over(own.pk, identity_checked=True, by=su)
        collective_hand_over.hand_over(own.pk, identity_checked=True, by=omer)
        own.refresh_from_db()
        assert own.state == "delivered"


def test_another_institution_does_not_even_see_that_there_is_a_box(
    office: Office, cards: list[CardOrder], omer: Actor, make_person: Callable[..., Person]
) -> None:
    first, *_rest = office.received(cards, by=omer)
    elsewhere = Institution.objects.create(name="T.C. Başka Kurum")
    stranger = office.appoint(make_person(), elsewhere)
    borrowed = office.acting(Person.objects.get(pk=stranger.id), cards[0].institution)
    box = Consignment.objects.get()
    for by in (stranger, borrowed):
        for attempt in (
            lambda by=by: collective_hand_over.box(box.pk, by=by),
            lambda by=by: collective_hand_over.piece(first.pk, by=by),
            lambda by=by: collective_hand_over.hand_over(first.pk, identity_checked=True, by=by),
            lambda by=by: collective_hand_over.return_to_centre(first.pk, why="left", by=by),
            lambda by=by: collective_hand_over.find_later(first.pk, by=by),
            lambda by=by: collective_hand_over.receive(box.pk, there=set(), missing=set(), by=by),
        ):
            with pytest.raises(NotFound):
                attempt()
    for text in (first.application.reference, first.person.surname, digits_of(cards[0])):
        assert collective_hand_over.find(text, by=stranger) == []
        assert first.pk in {one.parcel.pk for one in collective_hand_over.find(text, by=omer)}
    assert collective_hand_over.boxes(by=stranger) == []
    assert collective_hand_over.waiting(by=stranger) == []


def test_the_status_page_follows_the_card(office: Office, cards: list[CardOrder], omer: Actor) -> None:
    def stages(order: CardOrder) -> dict[str, tuple[str, str]]:
        status = application_status.status(order.person_id, order.application_id, by=holder_of(order.person))
        return {stage.what: (stage.place, str(stage.waits or "")) for stage in status.stages}

    assert stages(cards[0])["sent_together"] == ("now", "centre")
    box = office.sent(cards)
    assert stages(cards[0])["with_representative"] == ("now", "courier")
    office.courier.happened(box.tracking_no, "delivered", checked=True)
    card_delivery.read_events(courier=office.courier)
    assert stages(cards[0])["with_representative"] == ("now", "representative")
    first, second, third = (Parcel.objects.get(order=order) for order in cards)
    collective_hand_over.receive(box.pk, there={first.pk, third.pk}, missing={second.pk}, by=omer)
    assert stages(cards[0])["delivered"] == ("now", "person")
    assert stages(cards[1])["card_missing"] == ("now", "centre")
    assert stages(cards[1])["delivered"] == ("next", "")
    collective_hand_over.hand_over(first.pk, identity_checked=True, by=omer)
    assert stages(cards[0])["delivered"][0] == "done"
    assert stages(cards[0])["pin_taken"] == ("now", "person")
    collective_hand_over.return_to_centre(third.pk, why="left", by=omer)
    assert stages(cards[2])["sent_back"] == ("now", "centre")


def _progress(order: CardOrder) -> tuple[str, ...]:
    application = Application.objects.get(pk=order.application_id)
    parcel = selectors.standing_of([application.pk]).get(application.pk)
    standing = (ApplicationState(application.state), frozenset[RequirementKind]())
    told = roster_progress.where(RequestState.APPROVED, standing, parcel=parcel)
    return (told.stage, *told.waits)


def test_the_list_says_who_is_waited_for_while_the_card_lies_with_the_representative(
    office: Office, cards: list[CardOrder], omer: Actor
) -> None:
    first, second, third = cards
    assert _progress(first) == ("in_production", "centre")
    office.arrived(cards)
    assert _progress(first) == ("with_representative", "representative")
    there = [Parcel.objects.get(order=order) for order in (first, second)]
    gone = Parcel.objects.get(order=third)
    collective_hand_over.receive(gone.consignment_id, there={one.pk for one in there}, missing={gone.pk}, by=omer)
    assert _progress(first) == ("with_representative", "representative", "person")
    assert _progress(third) == ("on_the_way", "centre")
    collective_hand_over.return_to_centre(there[1].pk, why="left", by=omer)
    assert _progress(second) == ("on_the_way", "centre")
    collective_dispatch.take_back(there[1].pk, digits=digits_of(second), by=DISPATCHER)
    assert _progress(second) == ("on_the_way", "centre")
    collective_hand_over.hand_over(there[0].pk, identity_checked=True, by=omer)
    assert _progress(first) == ("delivered",)


def test_a_box_under_way_waits_for_the_courier(office: Office, cards: list[CardOrder], omer: Actor) -> None:
    office.sent(cards)
    assert _progress(cards[0]) == ("on_the_way", "courier")
