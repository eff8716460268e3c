"""Letting a program in: four eyes, an end, closed by one, everything in the ledger, on the officers' pages."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from divit.audit.models import Entry
from divit.connections import services
from divit.connections.models import Program
from divit.connections.scopes import Scope
from divit.flows import institution_proposals, leavers, programs, roster_approval, roster_upload, webhook_endpoints
from divit.identity.models import Person
from divit.institutions.models import Appointment, Contract, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.notifications.models import Message
from divit.rosters.models import Request
from tests.integration.api.conftest import Connect, Side, listed
from tests.integration.console.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)


def asked(by: Actor, *, name: str = "Personel sistemi", days: int = 30) -> Program:
    return programs.ask(name=name, scopes=[Scope.ROSTERS_READ], ends=clock.today() + timedelta(days=days), by=by)


def test_one_asks_another_confirms_and_one_closes(connect: Connect, kurum: Institution) -> None:
    first, second = connect.officer(kurum), connect.officer(kurum)
    row = asked(first)
    with pytest.raises(Refused, match="program_asked_by_you"):
        programs.confirm(row.pk, by=first)
    with pytest.raises(Refused, match="program_asked_by_you"):
        programs.refuse(row.pk, reason="Gerek yok", by=first)
    with pytest.raises(Refused, match="program_not_asked_by_you"):
        programs.withdraw(row.pk, by=second)
    with pytest.raises(Refused, match="not_from_this_state"):
        programs.renew_key(row.pk, at_once=False, by=second)
    with pytest.raises(Refused, match="program_name_taken"):
        asked(second)
    programs.confirm(row.pk, by=second)
    key = programs.renew_key(row.pk, at_once=False, by=first)
    assert key.startswith("dvt_key_")
    programs.close(row.pk, by=second)
    with pytest.raises(Refused, match="not_from_this_state"):
        programs.renew_key(row.pk, at_once=False, by=first)
    acts = Entry.objects.filter(subject_kind="program", subject_id=str(row.pk)).order_by("seq")
    assert list(acts.values_list("act", flat=True)) == [
        *("program.begin", "program.confirm", "program.renew_key", "program.close")
    ]
    assert key not in "".join(acts.values_list("payload", flat=True))
    told = set(Message.objects.values_list("notice", flat=True))
    assert {"program_waits", "program_confirmed", "program_key_made", "program_closed"} <= told
    withdrawn = asked(first)
    programs.withdraw(withdrawn.pk, by=first)


def test_what_cannot_be_asked_or_decided(
    connect: Connect, kurum: Institution, make_person: Callable[..., Person]
) -> None:
    first, second = connect.officer(kurum), connect.officer(kurum)
    elsewhere = connect.officer(Institution.objects.create(name="T.C. Başka"))
    for days in (-1, 400):
        with pytest.raises(Invalid, match="program_ends_out_of_range"):
            asked(first, days=days)
    for scopes, code in (([], "scopes_missing"), (["root"], "scope_unknown")):
        with pytest.raises(Invalid, match=code):
            programs.ask(name="Bir", scopes=scopes, ends=clock.today(), by=first)
    row = asked(first)
    viewer = Actor(role=Role.VIEWER, id=str(make_person().pk), institution_id=str(kurum.pk))
    for by in (elsewhere, viewer, programs.actor_of(row)):
        with pytest.raises(NotFound):
            programs.confirm(row.pk, by=by)
    with time_machine.travel(clock.now() + timedelta(days=60)):
        with pytest.raises(Refused, match="program_decided_too_late"):
            programs.confirm(row.pk, by=second)
        assert services.expire() == 1
    row.refresh_from_db()
    assert row.state == "expired"
    with transaction.atomic(), pytest.raises(Refused, match="not_your_act"):
        services.close(services.locked(kurum.pk, row.pk), by=SYSTEM)


def test_whoever_holds_the_key_does_not_approve_what_the_program_asked_for(
    connect: Connect, kurum: Institution, contract_of: Callable[[Institution], Contract]
) -> None:
    """Four eyes hold where one of the two is a machine: the one who could speak as it is not the second."""
    contract_of(kurum)
    first, second, third = (connect.officer(kurum) for _one in range(3))
    row, _key = connect.program(first, second)
    program = programs.actor_of(row)
    roster, _new = roster_upload.upload(listed(60, surname="Sınama"), file_name="a.csv", by=program)
    roster_upload.confirm(roster.pk, by=program)
    request = Request.objects.get(roster=roster)
    with pytest.raises(NotFound):
        roster_approval.approve(request.pk, by=program)
    with pytest.raises(Refused, match="key_holder_may_not_approve"):
        roster_approval.approve(request.pk, by=first)
    with pytest.raises(Refused, match="key_holder_may_not_approve"):
        roster_approval.approve_all(roster.pk, by=first)
    # Who is shown a key later did not speak as the program then.
    programs.renew_key(row.pk, at_once=True, by=third)
    roster_approval.approve(request.pk, by=third)
    told = Message.objects.filter(notice="roster_waits_for_approval").values_list("person_id", flat=True)
    assert {str(one) for one in told} == {second.id, third.id}


def test_both_keys_never_leave_nobody_to_approve(connect: Connect, kurum: Institution) -> None:
    first, second = connect.officer(kurum), connect.officer(kurum)
    row, _key = connect.program(first, second)
    programs.renew_key(row.pk, at_once=False, by=first)  # the second may approve
    with pytest.raises(Refused, match="no_officer_left_to_approve"):
        programs.renew_key(row.pk, at_once=False, by=second)
    programs.renew_key(row.pk, at_once=True, by=second)
    page = reverse("console:officer_program", kwargs={"institution_id": kurum.pk, "program_id": row.pk})
    reader = log_in(Person.objects.get(pk=first.id))
    assert "Artık yetkili değil" not in reader.get(page).content.decode()
    held = Appointment.objects.get(person_id=second.id)
    liaison, other = (Actor(role=Role.LIAISON, id=str(connect.make_person().pk)) for _one in range(2))
    end = institution_proposals.propose_end(kurum.pk, held.pk, ends=clock.today(), by=liaison)
    institution_proposals.carry_out(end.pk, by=other)
    told = Message.objects.filter(notice="program_key_holder_leaves").values_list("person_id", flat=True)
    assert {str(one) for one in told} == {first.id}
    Appointment.objects.filter(pk=held.pk).update(starts=clock.today() - timedelta(days=9))
    Appointment.objects.filter(pk=held.pk).update(ends=clock.today() - timedelta(days=1))
    assert "Artık yetkili değil" in reader.get(page).content.decode()


def test_a_program_is_no_officer(sides: tuple[Side, Side]) -> None:
    ours, _theirs = sides
    by = programs.actor_of(ours.program)
    for act in (
        lambda: webhook_endpoints.add(url="https://example.org/x", name="p", topics=["request.approved"], by=by),
        lambda: leavers.find("", by=by),
        lambda: leavers.find_applications("Ay", by=by),
        lambda: leavers.application(ours.ids["application_id"], by=by),
    ):
        with pytest.raises(NotFound):
            act()


def test_what_a_stolen_key_can_send_is_bounded(
    connect: Connect,
    kurum: Institution,
    contract_of: Callable[[Institution], Contract],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contract = contract_of(kurum)
    first, second = connect.officer(kurum), connect.officer(kurum)
    by = programs.actor_of(connect.program(first, second)[0])
    lists = [roster_upload.upload(listed(60 + n, surname="Sınama"), file_name="a.csv", by=by)[0] for n in range(4)]
    Contract.objects.filter(pk=contract.pk).update(quota=2)
    roster_upload.confirm(lists[0].pk, by=by)
    roster_upload.confirm(lists[1].pk, by=by)
    with pytest.raises(Refused, match="program_invites_over_quota"):
        roster_upload.confirm(lists[2].pk, by=by)
    Contract.objects.filter(pk=contract.pk).update(quota=50)
    monkeypatch.setattr(roster_upload, "MOST_BY_PROGRAM", 3)
    roster_upload.confirm(lists[2].pk, by=by)
    with pytest.raises(Refused, match="program_invites_too_many"):
        roster_upload.confirm(lists[3].pk, by=by)
    roster_upload.confirm(lists[3].pk, by=second)  # a colleague may
    assert Request.objects.count() == 4


def test_the_officers_pages(connect: Connect, kurum: Institution) -> None:
    first, second = connect.officer(kurum), connect.officer(kurum)
    asker, decider = (log_in(Person.objects.get(pk=one.id)) for one in (first, second))
    here = {"institution_id": kurum.pk}
    ask = reverse("console:officer_program_ask", kwargs=here)
    wrong = asker.post(ask, {"name": "", "ends": "dün"})
    assert wrong.status_code == 409
    assert "En az birini seçin" in wrong.content.decode()
    far = asker.post(ask, {"name": "İK", "scopes": ["rosters:read"], "ends": "31.12.2090"})
    assert "sonra olamaz" in far.content.decode()
    ends = (clock.today() + timedelta(days=90)).strftime("%d.%m.%Y")
    told = {"name": "İK yazılımı", "scopes": ["rosters:read", "rosters:write"], "ends": ends}
    assert asker.post(ask, told).status_code == 303
    row = Program.objects.get(name="İK yazılımı")
    one = reverse("console:officer_program", kwargs={**here, "program_id": row.pk})
    own = asker.get(one).content.decode()
    assert 'value="confirm"' not in own
    assert 'value="withdraw"' in own
    assert asker.post(one, {"act": "confirm"}).status_code == 409
    assert 'value="confirm"' in decider.get(one).content.decode()
    assert decider.post(one, {"act": "confirm"}).status_code == 303
    shown = asker.post(one, {"act": "renew_key"})
    key = re.search(r"dvt_key_[\w-]+", shown.content.decode())
    assert key is not None
    assert shown.headers["Cache-Control"] == "no-store"
    assert key[0] not in asker.get(one).content.decode()
    assert connect.wire(row, key[0]).get("/self").status_code == 200
    again = asker.post(one, {"act": "renew_key", "at_once": "on"})
    assert key[0] not in again.content.decode()
    listing = decider.get(reverse("console:officer_programs", kwargs=here)).content.decode()
    assert "İK yazılımı" in listing
    assert decider.post(one, {"act": "close"}).status_code == 303
    assert "Kapatıldı" in decider.get(one).content.decode()
    asker.post(ask, told | {"name": "İkinci"})
    other = reverse("console:officer_program", kwargs={**here, "program_id": Program.objects.get(name="İkinci").pk})
    assert decider.post(other, {"act": "refuse", "reason": ""}).status_code == 409
    assert decider.post(other, {"act": "refuse", "reason": "Buna gerek yok"}).status_code == 303
    assert "Buna gerek yok" in asker.get(other).content.decode()
