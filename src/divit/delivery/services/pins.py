"""Writing sealed PINs: kept, asked for, answered to a waiting page, erased.

Nothing in these tables can be read: `sealed` needs the signer's key, `answer` a key that lives in one web request.
"""

import uuid
from datetime import datetime

from divit.audit import ledger, moves
from divit.delivery.lifecycle import PIN, PinAct, PinFacts, PinState
from divit.delivery.models import PinRequest, SealedPin
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound


def keep(
    *,
    card_id: uuid.UUID,
    application_id: uuid.UUID,
    person_id: uuid.UUID | str,
    station_order_id: str,
    card_serial: str,
    sealed: bytes,
    by: Actor,
) -> SealedPin:
    """Store what the station sealed; the same card again changes nothing."""
    pin, made = SealedPin.objects.get_or_create(
        card_id=card_id,
        defaults={
            "application_id": application_id,
            "person_id": person_id,
            "station_order_id": station_order_id,
            "card_serial": card_serial,
            "sealed": sealed,
        },
    )
    if made:
        moves.born(pin, law=PIN, by=by, note={"card": str(card_id)})
    return pin


def locked_of_application(application_id: uuid.UUID, *, person_id: uuid.UUID | str) -> SealedPin:
    """The PIN of this person's application, locked. Raises `NotFound`."""
    pin = (
        SealedPin.objects.select_for_update(of=("self",), no_key=True)
        .filter(application_id=application_id, person_id=person_id)
        .exclude(state=PinState.DISCARDED)
        .first()
    )
    if pin is None:
        raise NotFound("pin")
    return pin


def locked(pin_id: uuid.UUID) -> SealedPin:
    """Locked until the end of the transaction. Raises `NotFound`."""
    pin = SealedPin.objects.select_for_update(of=("self",), no_key=True).filter(pk=pin_id).first()
    if pin is None:
        raise NotFound("pin")
    return pin


def locked_of_card(card_id: uuid.UUID) -> SealedPin | None:
    """The PIN of a card, locked, if the station had come that far."""
    return SealedPin.objects.select_for_update(of=("self",), no_key=True).filter(card_id=card_id).first()


def discard(pin: SealedPin, *, by: Actor, now: datetime) -> None:
    """Erase the PIN of a spoiled card."""
    _move(pin, PinAct.DISCARD, by=by, facts=PinFacts(shown=pin.shown), sealed=None, changed_at=now)


def ask(
    pin: SealedPin, *, public_key: bytes, session: str, card_in_hand: bool, step_up: bool, by: Actor, now: datetime
) -> PinRequest:
    """A page begins to wait; whoever waited before it gets no answer any more."""
    facts = PinFacts(card_in_hand=card_in_hand, step_up=step_up, shown=pin.shown)
    _move(pin, PinAct.ASK, by=by, facts=facts, changed_at=now)
    pin.requests.all().delete()
    return PinRequest.objects.create(pin=pin, public_key=public_key, session=session, asked_at=now)


def answer(request: PinRequest, resealed: bytes) -> None:
    """The signer's answer, readable for the waiting page alone."""
    PinRequest.objects.filter(pk=request.pk).update(answer=resealed)


def fail(request_id: uuid.UUID, code: str) -> None:
    """The signer cannot answer; the page says so instead of waiting."""
    PinRequest.objects.filter(pk=request_id).update(failed=code)


def record_showing(pin: SealedPin, request: PinRequest, *, by: Actor, now: datetime) -> None:
    """The page has opened the answer and is about to show it: the answer is gone, the clock for closing runs."""
    request.delete()
    pin.shown += 1
    pin.first_shown_at = pin.first_shown_at or now
    pin.save(update_fields=["shown", "first_shown_at"])
    ledger.record(by=by, act="pin.show", subject=("pin", str(pin.pk)), person_id=str(pin.person_id), time=pin.shown)


def forget_requests(pin: SealedPin) -> None:
    """No page waits any more."""
    pin.requests.all().delete()


def take_back(pin: SealedPin, *, by: Actor, now: datetime) -> None:
    """Nothing was shown: it waits for its holder as before."""
    pin.requests.all().delete()
    _move(pin, PinAct.TAKE_BACK, by=by, facts=PinFacts(shown=pin.shown), changed_at=now)


def close(pin: SealedPin, *, by: Actor, now: datetime) -> None:
    """Given once, and erased."""
    pin.requests.all().delete()
    _move(pin, PinAct.CLOSE, by=by, facts=PinFacts(shown=pin.shown), sealed=None, changed_at=now)


def _move(pin: SealedPin, act: PinAct, *, by: Actor, facts: PinFacts, **changes: object) -> None:
    moves.move(pin, act, law=PIN, by=by, facts=facts, changes=changes)
