"""The only writers of intents to issue; each expects an open transaction."""

import hashlib
from typing import Any
from uuid import UUID

from divit.audit.moves import born, move
from divit.certificates.lifecycle import INTENT_LAW, IntentAct, IntentFacts, IntentState, State
from divit.certificates.models import Certificate, Intent
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound, Refused
from divit.pki.issuance import Prepared

OPEN = (IntentState.RESERVED, IntentState.LINTED, IntentState.SIGNING)


def of_challenge(challenge: str) -> Intent | None:
    """The intent of one card, if there is one."""
    return Intent.objects.filter(challenge=challenge).first()


def refuse_second(card_order_id: UUID) -> None:
    """One released application becomes one certificate: nothing may be under way, and nothing may stand."""
    if Intent.objects.filter(card_order_id=card_order_id, state__in=OPEN).exists():
        raise Refused("issuance_under_way")
    if Certificate.objects.filter(card_order_id=card_order_id).exclude(state=State.REVOKED).exists():
        raise Refused("certificate_already_issued")


def reserve(prepared: Prepared, *, by: Actor, **columns: Any) -> Intent:
    """Serial and to-be-signed bytes are stored: from here on it is known what may be signed."""
    intent = Intent.objects.create(
        profile=prepared.profile,
        serial=prepared.serial.hex,
        tbs=prepared.tbs,
        tbs_sha256=hashlib.sha256(prepared.tbs).hexdigest(),
        not_before=prepared.not_before,
        not_after=prepared.not_after,
        created_at=clock.now(),
        **columns,
    )
    born(intent, law=INTENT_LAW, by=by, note={"serial": intent.serial, "tbs_sha256": intent.tbs_sha256})
    return intent


def lock(intent_id: UUID) -> Intent:
    """Raises `NotFound`."""
    intent = Intent.objects.select_for_update(of=("self",), no_key=True).filter(pk=intent_id).first()
    if intent is None:
        raise NotFound("intent")
    return intent


def carry_out(intent: Intent, act: IntentAct, *, by: Actor, signed_as_stored: bool = True, **changes: Any) -> None:
    """One step of a locked intent. Raises `Refused`."""
    if act is IntentAct.BEGIN_SIGNING:
        changes["signing_began_at"] = clock.now()
    if act is IntentAct.ABANDON:
        changes["abandoned_at"] = clock.now()
    move(
        intent,
        act,
        law=INTENT_LAW,
        by=by,
        facts=IntentFacts(signed_as_stored=signed_as_stored),
        changes=changes,
        note={"serial": intent.serial},
    )
