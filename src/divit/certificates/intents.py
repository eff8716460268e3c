"""The only writers of intents to issue; each expects an open transaction."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Q

from divit.audit.moves import born, born_all, move, move_all
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


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """One of many that are stored together: what our lints have passed, and for whom."""

    prepared: Prepared
    card_order_id: UUID
    challenge: str
    person_id: UUID
    institution_id: UUID
    csr: bytes
    card_serial: str
    publish: bool
    replaces: bool
    born_state: str


def reserve_all(reservations: Iterable[Reservation], *, issuer_id: UUID, by: Actor) -> list[Intent]:
    """Some hundred at once, linted already: pkilint's judgement of them is owed. In their order."""
    now = clock.now()
    made = [_reserved(one, issuer_id=issuer_id, now=now) for one in reservations]
    if made:
        with connection.cursor() as cursor:
            cursor.execute(_RESERVE_ALL, [json.dumps([_columns(intent) for intent in made])])
        born_all(made, law=INTENT_LAW, by=by, note=lambda one: {"serial": one.serial, "tbs_sha256": one.tbs_sha256})
    return made


_TEXTS = ("state", "challenge", "profile", "serial", "tbs_sha256", "card_serial", "born_state")
_RESERVE_ALL = """
INSERT INTO certificates_intent (
    id, state, card_order_id, challenge, issuer_id, person_id, institution_id, profile, serial, tbs, tbs_sha256, csr,
    card_serial, not_before, not_after, publish, replaces, born_state, lint_findings, created_at, change_seq)
SELECT id, state, card_order_id, challenge, issuer_id, person_id, institution_id, profile, serial, decode(tbs, 'hex'),
    tbs_sha256, decode(csr, 'hex'), card_serial, not_before, not_after, publish, replaces, born_state, '[]',
    created_at, 0
FROM json_to_recordset(%s) AS (
    id uuid, state text, card_order_id uuid, challenge text, issuer_id uuid, person_id uuid, institution_id uuid,
    profile text, serial text, tbs text, tbs_sha256 text, csr text, card_serial text, not_before timestamptz,
    not_after timestamptz, publish boolean, replaces boolean, born_state text, created_at timestamptz)
"""


def _columns(intent: Intent) -> dict[str, str | bool]:
    return {
        **{name: getattr(intent, name) for name in (*_TEXTS, "publish", "replaces")},
        **{name: str(getattr(intent, name)) for name in ("card_order_id", "issuer_id", "person_id", "institution_id")},
        **{name: getattr(intent, name).isoformat() for name in ("not_before", "not_after", "created_at")},
        "id": str(intent.pk),
        "tbs": intent.tbs.hex(),
        "csr": intent.csr.hex(),
    }


def _reserved(one: Reservation, *, issuer_id: UUID, now: datetime) -> Intent:
    prepared = one.prepared
    return Intent(
        state=IntentState.LINTED,
        card_order_id=one.card_order_id,
        challenge=one.challenge,
        issuer_id=issuer_id,
        person_id=one.person_id,
        institution_id=one.institution_id,
        profile=prepared.profile,
        serial=prepared.serial.hex,
        tbs=prepared.tbs,
        tbs_sha256=hashlib.sha256(prepared.tbs).hexdigest(),
        csr=one.csr,
        card_serial=one.card_serial,
        not_before=prepared.not_before,
        not_after=prepared.not_after,
        publish=one.publish,
        replaces=one.replaces,
        born_state=one.born_state,
        created_at=now,
    )


def known_challenges(challenges: Iterable[str]) -> set[str]:
    """Those of these cards that have an intent already, whatever became of it."""
    found = Intent.objects.filter(challenge__in=list(challenges)).order_by("challenge")
    return set(found.values_list("challenge", flat=True))


def taken_orders(card_order_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these card orders for which something is under way or stands."""
    wanted = list(card_order_ids)
    under_way = Intent.objects.filter(card_order_id__in=wanted, state__in=OPEN).order_by("card_order_id")
    standing = Certificate.objects.filter(card_order_id__in=wanted).exclude(state=State.REVOKED)
    return {
        *under_way.values_list("card_order_id", flat=True),
        *standing.order_by("card_order_id").values_list("card_order_id", flat=True),
    }


def lock_waiting(issuer_id: UUID, *, at_most: int, begun_before: datetime) -> list[Intent]:
    """Intents of an authority that wait for the signer and end nothing earlier, the oldest first, locked.

    Those at which another signer is are passed over. Of the begun ones only those that `begun_before`: whoever began
    them is gone.
    """
    forgotten = Q(state=IntentState.SIGNING, batch_id__isnull=False, signing_began_at__lt=begun_before)
    waiting = Intent.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
        Q(state=IntentState.LINTED) | forgotten, issuer_id=issuer_id, state__in=OPEN, replaces=False
    )
    return list(waiting.defer("csr", "lint_findings").order_by("created_at", "id")[:at_most])


def begin_signing_all(intents: Sequence[Intent], *, by: Actor) -> None:
    """From here on the key may be used for these locked ones. Raises `Refused`."""
    changes: dict[str, object] = {"signing_began_at": clock.now(), "batch_id": uuid4()}
    move_all(intents, IntentAct.BEGIN_SIGNING, law=INTENT_LAW, by=by, facts=_as_stored, changes=changes, note=_serial)


def lock_begun(intents: Sequence[Intent]) -> set[UUID]:
    """Those of these that are still to be signed, locked; the rest somebody else has finished or given up."""
    rows = Intent.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[one.pk for one in intents])
    return set(rows.filter(state=IntentState.SIGNING).order_by("id").values_list("pk", flat=True))


def sign_all(intents: Sequence[Intent], *, by: Actor) -> None:
    """The certificates of these locked ones are signed, as they were stored. Raises `Refused`."""
    move_all(intents, IntentAct.SIGN, law=INTENT_LAW, by=by, facts=_as_stored, note=_serial)


def _as_stored(_intent: Intent) -> IntentFacts:
    # `divit.pki.issuance.sign_all` hands out nothing but the stored bytes, read back.
    return IntentFacts(signed_as_stored=True)


def _serial(intent: Intent) -> dict[str, Any]:
    return {"serial": intent.serial}


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
