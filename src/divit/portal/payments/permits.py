"""Who may see and pay what: one's own, or what this very browser has just asked for or paid.

A visitor who found a debt may pay it for half an hour; the browser that the bank sends back with a proven word, its
session gone perhaps, gets a permit in its address that shows the result and nothing else.
"""

from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest

from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.payments import selectors
from divit.payments.models import Attempt, Charge

_CHARGES, _ATTEMPTS = "charges_found", "attempts_begun"
_SECONDS = 1800
_KEPT = 10
_SALT = "divit.payment.result"


def remember_charges(request: HttpRequest, charges: list[Charge]) -> None:
    """This browser has found these debts."""
    until = clock.now().timestamp() + _SECONDS
    request.session[_CHARGES] = {str(charge.id): until for charge in charges}


def found_charges(request: HttpRequest) -> list[Charge] | None:
    """The debts that this browser has found; None when it has not asked, or too long ago to say."""
    found = request.session.get(_CHARGES)
    if found is None:
        return None
    now = clock.now().timestamp()
    return [selectors.charge(charge_id) for charge_id, until in found.items() if until > now]


def payable(request: HttpRequest, charge_id: UUID) -> Charge:
    """The charge, if this browser may pay it; `NotFound` otherwise."""
    charge = selectors.charge(charge_id)
    if is_theirs(request, charge) or any(one.id == charge.id for one in found_charges(request) or []):
        return charge
    raise NotFound


def remember_attempt(request: HttpRequest, attempt: Attempt) -> None:
    """This browser has begun to pay."""
    begun: list[Any] = request.session.get(_ATTEMPTS, [])
    request.session[_ATTEMPTS] = [*begun, str(attempt.id)][-_KEPT:]


def begun_here(request: HttpRequest, attempt: Attempt) -> bool:
    """Whether this browser began this payment."""
    return str(attempt.id) in request.session.get(_ATTEMPTS, [])


def visible_attempt(request: HttpRequest, attempt_id: UUID) -> Attempt:
    """The attempt, if this browser may see what became of it; `NotFound` otherwise."""
    attempt = selectors.attempt(attempt_id)
    if begun_here(request, attempt) or is_theirs(request, attempt.charge) or _permitted(request, attempt):
        return attempt
    raise NotFound


def paid_charge(request: HttpRequest, charge_id: UUID) -> tuple[Charge, Attempt, bool]:
    """A paid charge whose receipt this browser may have, its payment, and whether it is theirs."""
    charge = selectors.charge(charge_id)
    attempt = selectors.lasting_attempt_of(charge.id)
    if attempt is None:
        raise NotFound
    own = is_theirs(request, charge)
    if not own and not begun_here(request, attempt):
        raise NotFound
    return charge, attempt, own


def permit(attempt: Attempt) -> str:
    """For the address of the result page."""
    return signing.TimestampSigner(salt=_SALT).sign(str(attempt.id)).partition(":")[2]


def _permitted(request: HttpRequest, attempt: Attempt) -> bool:
    signed = f"{attempt.id}:{request.GET.get('izin', '')[:100]}"
    try:
        signing.TimestampSigner(salt=_SALT).unsign(signed, max_age=_SECONDS)
    except signing.BadSignature:
        return False
    return True


def is_own(request: HttpRequest, charge: Charge) -> bool:
    """Whether the charge is that of the person who is logged in."""
    person = getattr(request, "person", None)
    return person is not None and charge.person_id == person.id


def is_theirs(request: HttpRequest, charge: Charge) -> bool:
    """Whether the charge is one's own, or that of an institution whose officer is logged in."""
    person = getattr(request, "person", None)
    if person is None or charge.statement is None:
        return is_own(request, charge)
    return institutions.holds_appointment(
        person_id=person.id, institution_id=charge.statement.institution_id, role="officer"
    )
