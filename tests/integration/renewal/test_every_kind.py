"""Each of the seven kinds, for both payers, from the draft to a certificate, and what that does to the others."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from divit.applications import selectors, services
from divit.applications.kinds import RULES, Kind, Payer, will_be_revoked
from divit.applications.models import Application
from divit.applications.requirements import OBSERVED, RULE_OF, RequirementKind
from divit.applications.services import PhoneProof
from divit.certificates.models import Certificate
from divit.flows import card_production, kind_choice, release, suspension
from divit.flows.holdings import holdings
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.production import selectors as production
from tests.fixtures_cards import PRODUCER
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import Way

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient", "station")]
CLOSED_FIRST = {Kind.LOST, Kind.PIN_LOST}


def _begin(person: Person, institution: Institution, kind: Kind, payer: Payer) -> Application:
    """What an institution pays for comes with its contract's years and reader; the person chooses them otherwise."""
    fixed = {"years": 3, "reader": "none"} if payer is Payer.INSTITUTION else {}
    with transaction.atomic():
        return services.begin(
            person_id=person.id,
            institution_id=institution.id,
            kind=kind,
            prefill=fixed,
            payer=payer,
            by=holder_of(person),
        )


def _submit(row: Application) -> None:
    """What the flows of both payers do in the end."""
    with transaction.atomic():
        draft = services.locked(row.pk)
        proof = PhoneProof(code_id="1", phone=draft.phone)
        held = holdings(draft.person_id, draft.institution_id)
        services.submit(draft, held=held, proof=proof, wet_form=True, by=holder_of(draft.person))


def _close_what_people_close(row: Application) -> set[RequirementKind]:
    """Each requirement by somebody who may; what is only observed is left to the clock and the certificates."""
    closed = set()
    for kind in selectors.open_requirements(row):
        if kind in OBSERVED:
            continue
        role = min(RULE_OF[kind].closed_by)
        with transaction.atomic():
            services.close_requirement(services.locked(row.pk), kind, by=Actor(role=role, id="1"), proof="test")
        closed.add(kind)
    return closed


@pytest.mark.parametrize(("kind", "payer"), list(product(Kind, Payer)))
def test_from_the_draft_to_the_certificate(
    kind: Kind,
    payer: Payer,
    way: Way,
    ayse: Person,
    ministry: Institution,
    treasury: Institution,
    make_certificate: Callable[..., Certificate],
    run_jobs: Callable[..., Any],
) -> None:
    elsewhere = make_certificate(ayse, institution=treasury)
    here = []
    if kind is not Kind.FIRST:
        ends = clock.now() + timedelta(days=50)
        here = [make_certificate(ayse, institution=ministry, until=ends) for _ in range(2)]
    if kind in CLOSED_FIRST:
        for one in here:
            suspension.suspend(one.pk, by=holder_of(ayse))
    assert kind in {offer.kind for offer in kind_choice.choice(ayse.id, ministry.id).open}

    row = _begin(ayse, ministry, kind, payer)
    way.fill(row)
    way.confirm(row)
    row.refresh_from_db()
    accepted = set(row.accepted_serials)
    assert accepted == ({one.serial for one in here} if RULES[kind].replaces else set())
    assert accepted == set(will_be_revoked(kind, holdings(ayse.id, ministry.id)))

    _submit(row)
    row.refresh_from_db()
    closed = _close_what_people_close(row)
    assert (RequirementKind.FEE_PAID in closed) is (payer is Payer.PERSON)
    assert RequirementKind.FORM_RECEIVED in closed
    assert release.advance(row.pk)
    order = production.order_of(row.pk)
    assert order is not None
    assert order.replaces is RULES[kind].replaces

    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    new = Certificate.objects.get(card_order_id=order.pk)
    assert new.state == "valid"
    before = "suspended" if kind in CLOSED_FIRST else "valid"
    for one in here:
        one.refresh_from_db()
        ended = one.serial in accepted
        assert (one.state, one.reason) == (("revoked", "superseded") if ended else (before, ""))
    elsewhere.refresh_from_db()
    assert elsewhere.state == "valid"
    row.refresh_from_db()
    assert row.state == "produced"
