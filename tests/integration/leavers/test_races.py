"""A bulk act against the holder, and two officers at once: one after the other, and closing wins."""

from collections.abc import Callable
from functools import partial

import pytest

from divit.audit import ledger
from divit.certificates.models import Certificate, PublishedStatus, StatusChange
from divit.flows import leavers, phone_proof, reinstatement, suspension
from divit.flows.leavers import How, Leave
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor
from tests.fixtures_pki import holder_of
from tests.integration.certificates.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LEFT = Leave(reason="Kurumdan ayrıldı")


def test_bulk_revocation_against_the_holders_reinstatements(
    ministry: Institution,
    officer_of: Callable[..., Actor],
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)
    officer = officer_of(ministry)
    for _round in range(4):
        rows = [make_certificate(make_person(), institution=ministry) for _ in range(3)]
        for row in rows:
            suspension.suspend(row.pk, by=holder_of(row.person))
        chosen = leavers.chosen([row.pk for row in rows], by=officer)
        refused: list[object] = []

        def close(chosen: list[leavers.Leaver] = chosen, refused: list[object] = refused) -> None:
            outcomes = leavers.close(chosen, how=How.REVOKE, said=LEFT, by=officer)
            refused += [one.refusal for one in outcomes if one.refusal]

        opened = [partial(reinstatement.reinstate, row.pk, by=holder_of(row.person), fresh_login=True) for row in rows]
        outcomes = at_once(close, *opened)
        assert outcomes[0] == "done"
        assert refused == []
        assert set(outcomes[1:]) <= {"done", "not_from_this_state"}
        for row, opening in zip(rows, outcomes[1:], strict=True):
            row.refresh_from_db()
            assert (row.state, row.reason) == ("revoked", "affiliationChanged")
            assert PublishedStatus.objects.get(serial=row.serial).reason == "affiliationChanged"
            acts = list(
                StatusChange.objects.filter(certificate=row).order_by("change_seq").values_list("act", flat=True)
            )
            assert acts == ["issue", "suspend", *(["reinstate"] if opening == "done" else []), "revoke"]
    assert list(ledger.verify()) == []


def test_two_officers_close_the_same_list(
    ministry: Institution,
    officer_of: Callable[..., Actor],
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
) -> None:
    rows = [make_certificate(make_person(), institution=ministry) for _ in range(4)]
    codes: list[str] = []

    def close(officer: Actor) -> None:
        chosen = leavers.chosen([row.pk for row in rows], by=officer)
        outcomes = leavers.close(chosen, how=How.REVOKE, said=LEFT, by=officer)
        codes.extend(one.refusal.code if one.refusal else "" for one in outcomes)

    assert at_once(*(partial(close, officer_of(ministry, name)) for name in ("Bir", "İki"))) == ["done", "done"]
    assert sorted(codes) == ["", "", "", "", *["already_revoked"] * 4]
    for row in rows:
        assert StatusChange.objects.filter(certificate=row, act="revoke").count() == 1
