"""Two of the registry open a certificate: one asks, another agrees; nobody does it alone, and holders hear of it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from divit.audit import ledger
from divit.audit import selectors as audit
from divit.certificates import registry
from divit.certificates.models import Certificate, PublishedStatus, Reinstatement, StatusChange
from divit.flows import reinstatement, reinstatement_by_two, revocation, suspension
from divit.identity import staff
from divit.identity.models import Person, StaffAccount
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.notifications.models import Message
from divit.pki.reasons import Reason
from tests.integration.certificates.test_races import at_once
from tests.integration.registry.conftest import acting

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "Kurum yanlışlıkla askıya aldı; yazısı geldi"


@pytest.fixture
def two(make_registrar: Callable[..., StaffAccount]) -> tuple[Actor, Actor]:
    """Two members of the registry."""
    return acting(make_registrar()), acting(make_registrar())


@pytest.fixture
def held(make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]) -> Certificate:
    """A certificate that its institution suspended."""
    row = make_certificate(make_person("Ayşe", "Beklemez"))
    officer = Actor(role=Role.OFFICER, id="1", name="Ferit Yetkin", institution_id=str(row.institution_id))
    suspension.suspend(row.pk, by=officer)
    row.refresh_from_db()
    assert row.hold_cause == "institution"
    return row


def test_one_asks_another_agrees(held: Certificate, two: tuple[Actor, Actor]) -> None:
    first, second = two
    ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=first)
    assert PublishedStatus.objects.get(serial=held.serial).status == "revoked"
    change = reinstatement_by_two.agree(ask.pk, by=second)
    held.refresh_from_db()
    ask.refresh_from_db()
    assert (held.state, held.hold_cause, ask.state) == ("valid", "", "agreed")
    assert PublishedStatus.objects.get(serial=held.serial).status == "good"
    assert (change.by_id, change.said) == (second.id, WHY)
    entry = next(one for one in audit.entries_of("certificate", str(held.pk)) if one.act == "certificate.reinstate")
    assert (entry.actor_id, entry.facts["with"]) == (second.id, f"registrar:{first.id}")
    acts = [one.act for one in audit.entries_about(str(held.person_id)) if one.act.startswith("reinstatement.")]
    assert acts == ["reinstatement.agree", "reinstatement.begin"]
    told = Message.objects.filter(person=held.person, notice="certificate_reinstated_by_centre").order_by("channel")
    assert {message.channel for message in told} == {"sms", "email"}
    assert all(WHY in message.text for message in told if message.channel == "email")
    assert list(ledger.verify()) == []


def test_nobody_agrees_with_themselves(held: Certificate, two: tuple[Actor, Actor]) -> None:
    first, _second = two
    ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=first)
    for act in (
        partial(reinstatement_by_two.agree, ask.pk, by=first),
        partial(reinstatement_by_two.decline, ask.pk, answer="Hayır", by=first),
    ):
        with pytest.raises(Refused, match="asked_by_yourself"):
            act()
    with pytest.raises(Refused, match="second_person_missing"):
        reinstatement.reinstate(held.pk, by=first, fresh_login=True, second=first)
    # Nor behind the law's back: the table refuses one person in both places.
    with pytest.raises(IntegrityError, match="reinstatement_two_persons"):
        _agree_in_sql()
    held.refresh_from_db()
    assert held.state == "suspended"


def _agree_in_sql() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('divit.act', 'agree', true), set_config('divit.actor', 'x', true)")
        cursor.execute(
            "UPDATE certificates_reinstatement SET state = 'agreed', decided_at = now(), decided_by = asked_by"
        )


def test_the_second_person_may_say_no(held: Certificate, two: tuple[Actor, Actor]) -> None:
    first, second = two
    ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=first)
    with pytest.raises(Refused, match="not_asked_by_yourself"):
        reinstatement_by_two.take_back(ask.pk, by=second)
    reinstatement_by_two.decline(ask.pk, answer="Kurumun yazısı dosyada yok", by=second)
    ask.refresh_from_db()
    held.refresh_from_db()
    assert (ask.state, ask.answer, ask.decided_by, held.state) == (
        "declined",
        "Kurumun yazısı dosyada yok",
        second.id,
        "suspended",
    )
    with pytest.raises(Refused, match="not_from_this_state"):
        reinstatement_by_two.agree(ask.pk, by=second)
    assert reinstatement_by_two.ask(held.pk, reason=WHY, by=first).state == "asked"


def test_who_asked_may_take_it_back(held: Certificate, two: tuple[Actor, Actor]) -> None:
    first, second = two
    ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=first)
    with pytest.raises(Refused, match="already_asked"):
        reinstatement_by_two.ask(held.pk, reason=WHY, by=second)
    reinstatement_by_two.take_back(ask.pk, by=first)
    assert registry.open_ask_about(held.pk) is None


def test_two_who_may_are_needed_at_the_moment_of_the_act(
    held: Certificate, two: tuple[Actor, Actor], make_registrar: Callable[..., StaffAccount]
) -> None:
    account = make_registrar()
    ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=acting(account))
    staff.set_desks(account.email, desks=[Role.AUDITOR], by=SYSTEM)
    with pytest.raises(Refused, match="asker_left_the_desk"):
        reinstatement_by_two.agree(ask.pk, by=two[0])
    staff.set_desks(account.email, desks=[Role.REGISTRAR], by=SYSTEM)
    staff.close_account(account.email, by=SYSTEM)
    with pytest.raises(Refused, match="asker_left_the_desk"):
        reinstatement_by_two.agree(ask.pk, by=two[0])


def test_a_wish_is_about_one_suspension_only(held: Certificate, two: tuple[Actor, Actor]) -> None:
    first, second = two
    ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=first)
    reinstatement_by_two.lapse()
    ask.refresh_from_db()
    assert ask.state == "asked"
    revocation.revoke(held.pk, reason=Reason.AFFILIATION_CHANGED, by=first)
    with pytest.raises(Refused, match="hold_is_over"):
        reinstatement_by_two.agree(ask.pk, by=second)
    reinstatement_by_two.lapse()
    ask.refresh_from_db()
    assert (ask.state, ask.decided_by) == ("lapsed", "system")
    with pytest.raises(Refused, match="not_from_this_state"):
        reinstatement_by_two.ask(held.pk, reason=WHY, by=first)


def test_a_wish_that_nobody_decides_lapses(held: Certificate, two: tuple[Actor, Actor]) -> None:
    first, second = two
    ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=first)
    Reinstatement.objects.filter(pk=ask.pk).update(asked_at=ask.asked_at - reinstatement_by_two.STANDS - timedelta(1))
    with pytest.raises(Refused, match="ask_waits_too_long"):
        reinstatement_by_two.agree(ask.pk, by=second)
    reinstatement_by_two.lapse()
    ask.refresh_from_db()
    assert ask.state == "lapsed"


def test_a_valid_certificate_is_not_asked_about(
    make_person: Callable[..., Person], make_certificate: Callable[..., Certificate], two: tuple[Actor, Actor]
) -> None:
    row = make_certificate(make_person())
    with pytest.raises(Refused, match="not_from_this_state"):
        reinstatement_by_two.ask(row.pk, reason=WHY, by=two[0])
    assert not reinstatement_by_two.may_be_asked(row, by=two[0])


@pytest.mark.parametrize(("typed", "code"), [("", "text_required"), ("TC 10000000146", "reason_tells_a_number")])
def test_the_reason_is_words(held: Certificate, two: tuple[Actor, Actor], typed: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        reinstatement_by_two.ask(held.pk, reason=typed, by=two[0])


def test_only_the_registry(held: Certificate, two: tuple[Actor, Actor]) -> None:
    ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=two[0])
    for role in set(Role) - {Role.REGISTRAR}:
        other = Actor(role=role, id="77", institution_id=str(held.institution_id))
        for act in (
            partial(reinstatement_by_two.ask, held.pk, reason=WHY, by=other),
            partial(reinstatement_by_two.agree, ask.pk, by=other),
            partial(reinstatement_by_two.decline, ask.pk, answer="Hayır", by=other),
            partial(reinstatement_by_two.take_back, ask.pk, by=other),
        ):
            with pytest.raises(NotFound):
                act()


def test_two_agree_at_once(
    held: Certificate, two: tuple[Actor, Actor], make_registrar: Callable[..., StaffAccount]
) -> None:
    third = acting(make_registrar())
    for _round in range(4):
        ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=two[0])
        outcomes = at_once(*(partial(reinstatement_by_two.agree, ask.pk, by=by) for by in (two[1], third)))
        assert sorted(outcomes) == ["done", "not_from_this_state"]
        suspension.suspend(held.pk, by=two[0], for_cause=True)
    assert StatusChange.objects.filter(certificate=held, act="reinstate").count() == 4
    assert list(ledger.verify()) == []


def test_agreeing_against_declining_and_revoking(held: Certificate, two: tuple[Actor, Actor]) -> None:
    first, second = two
    ask = reinstatement_by_two.ask(held.pk, reason=WHY, by=first)
    outcomes = at_once(
        partial(reinstatement_by_two.agree, ask.pk, by=second),
        partial(reinstatement_by_two.take_back, ask.pk, by=first),
        partial(revocation.revoke, held.pk, reason=Reason.AFFILIATION_CHANGED, by=first),
    )
    held.refresh_from_db()
    assert (outcomes[2], held.state) == ("done", "revoked")
    assert outcomes[:2].count("done") <= 1
    assert set(outcomes[:2]) <= {"done", "not_from_this_state", "hold_is_over"}
    assert list(ledger.verify()) == []
