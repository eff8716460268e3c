"""The PIN goes to its holder once, and is readable nowhere on its way.

At rest PIN and PUK exist only as the station's envelope to the signer's key `pin` (`SealedPin.sealed`). The release:

1. `ask` (web): after the hand-over, a fresh login and a fresh code to the phone. The page makes a one-time X25519 key
   in its own memory; only the public part and a request id are stored, and the signer is woken with the request id.
2. `answer` (signer): asks the law's question again from the database, opens the envelope in memory, checks that it
   speaks of this very card, and seals it for that page's key, bound to the request id (HPKE). The envelope stays.
3. `show` (web): the page opens the answer with its key; the same transaction that deletes the answer counts the showing
   and writes the ledger; only then the page is rendered (no-store).
4. `close`: the holder says «yazdım», or ten minutes after the first showing the clock does; the envelope is erased.

What dies is harmless: web before 3: the key died with it, the answer opens for nobody, `tidy` takes the request back
(releasing → sealed). Web or network between 3 and the reader's eyes: within the ten minutes the holder may ask again,
three times at most, each of them in the ledger and told by a notice. Signer: the job runs again. A new request
deletes the one before it, so that one answer at most can be opened at any time.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction

from divit.applications import services as applications
from divit.applications.lifecycle import Act as ApplicationAct
from divit.applications.lifecycle import State as ApplicationState
from divit.applications.models import Application
from divit.delivery import selectors
from divit.delivery.envelopes import CardSecrets, check_recipient, open_in_page, open_station_envelope, seal_for_page
from divit.delivery.lifecycle import PinState
from divit.delivery.models import PinRequest, SealedPin
from divit.delivery.services import pins
from divit.flows.jobs import each, later
from divit.flows.notices import tell
from divit.flows.phone_proof import fresh_proof
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.pki.keystores import Algorithm, KeyStore, Use

KEY_LABEL = "pin"
RECIPIENT_FILE = "pin-recipient.spki"
SHOWN_FOR = timedelta(minutes=10)
PROOF_WITHIN_MINUTES = 15
_WAITED_FOR = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class WaitingPage:
    """What lives in the memory of one web request, and nowhere else."""

    request_id: uuid.UUID
    key: X25519PrivateKey

    def __repr__(self) -> str:
        return f"WaitingPage({self.request_id})"


def prepare_recipient(*, keystore: KeyStore, folder: Path) -> bytes:
    """Make the key to which stations seal, once; its public part (SPKI DER) is written to `folder` and returned."""
    if KEY_LABEL not in keystore.labels():
        keystore.generate(KEY_LABEL, Algorithm.EC_P256, use=Use.AGREE)
    public = keystore.open(KEY_LABEL).public_key
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    file = folder / RECIPIENT_FILE
    if not file.exists() or file.read_bytes() != spki:
        file.write_bytes(spki)
    return spki


def recipient(folder: Path) -> bytes:
    """The public part of the recipient key, for the worker that talks to stations."""
    return check_recipient((folder / RECIPIENT_FILE).read_bytes())


def proven(application_id: uuid.UUID, *, by: Actor) -> bool:
    """Whether this session has proven the phone for this PIN a moment ago."""
    return fresh_proof(
        person_id=by.id,
        purpose="pin_release",
        subject_id=str(application_id),
        session=by.session,
        within_minutes=PROOF_WITHIN_MINUTES,
    )


def ask(application_id: uuid.UUID, *, by: Actor) -> WaitingPage:
    """The holder's page begins to wait. Raises `NotFound`, or `Refused` with the code of what is missing."""
    key = X25519PrivateKey.generate()
    with transaction.atomic():
        pin = pins.locked_of_application(application_id, person_id=by.id)
        if pin.sealed is None:
            raise Refused("pin_gone")
        request = pins.ask(
            pin,
            public_key=key.public_key().public_bytes_raw(),
            session=by.session,
            card_in_hand=selectors.card_in_hand(pin.application_id),
            step_up=proven(application_id, by=by),
            by=by,
            now=clock.now(),
        )
        later("pin.answer", queue="signing", request_id=str(request.pk))
    return WaitingPage(request_id=request.pk, key=key)


def answer(request_id: uuid.UUID, *, keystore: KeyStore) -> None:
    """The signer's part. Raises `NeighbourFailed` when the key store does not answer.

    The key store is asked outside every transaction, so that one that hangs holds no row; whether the answer may be
    given is asked before, so that nothing is opened for nobody, and again under the lock.
    """
    request = selectors.pin_request(request_id)
    if request is None or request.answer is not None:
        return  # the page is gone, or has its answer
    answered, failed = b"", "pin_gone"
    if _may_be_answered(request.pin, request):
        answered, failed = _sealed_anew(request, keystore=keystore)
    with transaction.atomic():
        pin = pins.locked(request.pin_id)
        current = selectors.pin_request(request_id)
        if current is None or current.answer is not None:
            return
        if failed or not _may_be_answered(pin, current):
            pins.fail(current.pk, failed or "pin_gone")
        else:
            pins.answer(current, answered)


def _sealed_anew(request: PinRequest, *, keystore: KeyStore) -> tuple[bytes, str]:
    """PIN and PUK for the waiting page alone, or the code of why not."""
    pin = request.pin
    try:
        secrets = open_station_envelope(
            bytes(pin.sealed or b""),
            key=keystore.open(KEY_LABEL),
            order_id=pin.station_order_id,
            card_serial=pin.card_serial,
        )
    except Invalid as wrong:
        return b"", wrong.code
    except NotFound:
        return b"", "envelope_not_for_us"
    return seal_for_page(secrets, public_key=bytes(request.public_key), request_id=str(request.pk)), ""


def _may_be_answered(pin: SealedPin, request: PinRequest) -> bool:
    """The signer trusts no row that says «releasing»: hand-over and proof are looked up again."""
    holder = Actor(role=Role.HOLDER, id=str(pin.person_id), session=request.session)
    return (
        pin.sealed is not None
        and pin.state == PinState.RELEASING
        and selectors.card_in_hand(pin.application_id)
        and proven(pin.application_id, by=holder)
    )


def show(page: WaitingPage, *, by: Actor) -> CardSecrets | None:
    """What the page shows, or None while the signer has not answered. Raises `Refused` when nothing will come."""
    with transaction.atomic():
        pin, request = _waiting(page)
        if str(pin.person_id) != by.id:
            raise NotFound("pin")
        if request.failed:
            raise Refused(request.failed)
        if request.answer is None:
            return None
        secrets = open_in_page(bytes(request.answer), private_key=page.key, request_id=str(page.request_id))
        pins.record_showing(pin, request, by=by, now=clock.now())
        tell(
            person=pin.person,
            notice="pin_shown",
            subject=("application", str(pin.application_id)),
            dedupe=f"pin_shown:{pin.pk}:{pin.shown}",
        )
        return secrets


def give_up(page: WaitingPage) -> None:
    """The page stops waiting; nothing was shown by it, everything is as before."""
    with transaction.atomic():
        try:
            pin, _request = _waiting(page)
        except Refused:
            return  # somebody else has asked meanwhile, or the clock was faster
        if pin.shown == 0:
            pins.take_back(pin, by=SYSTEM, now=clock.now())
        else:
            pins.forget_requests(pin)


def _waiting(page: WaitingPage) -> tuple[SealedPin, PinRequest]:
    """The PIN, locked, and the request as it is under that lock. Raises `Refused("pin_gone")`."""
    found = selectors.pin_request(page.request_id)
    if found is None:
        raise Refused("pin_gone")
    pin = pins.locked(found.pin_id)
    request = selectors.pin_request(page.request_id)
    if request is None:
        raise Refused("pin_gone")
    return pin, request


def close(application_id: uuid.UUID, *, by: Actor) -> None:
    """«Yazdım»: the envelope is erased, the application is finished."""
    with transaction.atomic():
        application = applications.locked(application_id)
        _close(pins.locked_of_application(application_id, person_id=by.id), application, by=by)


def tidy() -> int:
    """The clock's part: erase what was shown ten minutes ago, take back what nobody waits for; returns how many."""
    now = clock.now()
    shown = selectors.pins_to_close(shown_before=now - SHOWN_FOR)
    waiting = selectors.pins_to_take_back(asked_before=now - _WAITED_FOR)
    return len(each([*shown, *waiting], _tidy_up))


def _tidy_up(pin: SealedPin) -> None:
    with transaction.atomic():
        application = applications.locked(pin.application_id)
        current = pins.locked(pin.pk)
        if (current.state, current.shown, current.changed_at) != (pin.state, pin.shown, pin.changed_at):
            return  # its holder was faster
        if current.shown:
            _close(current, application, by=SYSTEM)
        else:
            pins.take_back(current, by=SYSTEM, now=clock.now())


def _close(pin: SealedPin, application: Application, *, by: Actor) -> None:
    pins.close(pin, by=by, now=clock.now())
    if application.state == ApplicationState.DELIVERED:
        applications.carry_out(application, ApplicationAct.CLOSE, by=SYSTEM)
