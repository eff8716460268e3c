"""Ayrılan personel: an officer closes the certificates of people who left, one act for each, and says why."""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from divit.applications import selectors as applications
from divit.applications import services as application_services
from divit.applications.lifecycle import LAW as APPLICATION_LAW
from divit.applications.lifecycle import Act as ApplicationAct
from divit.applications.lifecycle import Facts as ApplicationFacts
from divit.applications.lifecycle import State as ApplicationState
from divit.applications.models import Application
from divit.certificates import selectors as certificates
from divit.certificates import services
from divit.certificates.lifecycle import Act, State
from divit.certificates.models import Certificate
from divit.flows import fees, revocation, suspension, withdrawal
from divit.flows.notices import tell
from divit.flows.officers import acting_institution, own_institution
from divit.flows.status_publication import Why
from divit.identity import selectors as people
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.kernel.serials import Serial
from divit.kernel.tckn import Tckn
from divit.kernel.writing import line
from divit.pki.reasons import Reason

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
LONGEST_REASON = 120
_LAST_DAY_WITHIN = timedelta(days=366)


class How(StrEnum):
    """What becomes of a leaver's certificate."""

    SUSPEND = "suspend"
    REVOKE = "revoke"


@dataclass(frozen=True, kw_only=True)
class Leave:
    """What the officer says of it: words that the holder will read, and perhaps the last working day.

    The day is told and kept; the act takes effect now, never earlier.
    """

    reason: str
    last_day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Leaver:
    """A certificate that was chosen, and the person's application at the institution, if one was sent off."""

    certificate: Certificate
    application: Application | None
    expired: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one of them: nothing stood in the way, or this did."""

    leaver: Leaver
    refusal: Refused | None
    application_refusal: Refused | None = None
    application_rejected: bool = False


def leave(*, reason: str, last_day: date | None) -> Leave:
    """What was typed, understood. Raises `Invalid` with the field."""
    said = reason_in_words(reason)
    if last_day is not None and abs(last_day - clock.today()) > _LAST_DAY_WITHIN:
        raise Invalid("last_day_implausible", field="last_day")
    return Leave(reason=said, last_day=last_day)


def reason_in_words(typed: str) -> str:
    """One line that the holder will read; nobody's national number stands in it. Raises `Invalid` with the field."""
    said = line(typed, field="reason", longest=LONGEST_REASON)
    if any(_is_tckn(digits) for digits in re.findall(r"(?<!\d)\d{11}(?!\d)", said)):
        raise Invalid("reason_tells_a_number", field="reason")
    return said


def _is_tckn(digits: str) -> bool:
    try:
        Tckn(digits)
    except Invalid:
        return False
    return True


def find(text: str, *, by: Actor) -> QuerySet[Certificate]:
    """Open certificates of the own institution; those of people named like `text`, or all for no text."""
    own = certificates.of_institution(own_institution(by))
    return own.filter(person_id__in=people.search(text).values("id")) if text.strip() else own


def of_person(tckn: Tckn, *, by: Actor) -> list[Certificate]:
    """The open certificates of one person at the own institution; none also for somebody whom nobody knows."""
    own, known = certificates.of_institution(acting_institution(by)), people.person_by_tckn(tckn)
    return list(own.filter(person=known)) if known else []


def chosen(ids: Iterable[UUID], *, by: Actor) -> list[Leaver]:
    """These certificates of the own institution with what runs beside them. Raises `NotFound` for any other's."""
    rows = certificates.some_of_institution(acting_institution(by), ids)
    sent_off = applications.under_way({row.person_id for row in rows})
    running = {row.person_id: row for row in sent_off if str(row.institution_id) == by.institution_id}
    return [
        Leaver(certificate=row, application=running.get(row.person_id), expired=certificates.is_expired(row))
        for row in rows
    ]


def close(leavers: Iterable[Leaver], *, how: How, said: Leave, reject: Iterable[UUID] = (), by: Actor) -> list[Outcome]:
    """Suspend or revoke each of them in a transaction of its own, and reject these applications.

    One that is refused holds up none of the others; the outcomes say which were done and why not.
    """
    institution_id = acting_institution(by)
    name = institutions.institution(institution_id).name
    facts = {
        "institution": name,
        "who": by.name,
        "reason": said.reason,
        "last_day": f"{said.last_day:%d.%m.%Y}" if said.last_day else "–",
    }
    why = Why(
        notice=f"certificate_{_NOTICES[how]}_by_institution",
        said=said.reason,
        facts=facts,
        note={"last_day": str(said.last_day)} if said.last_day else {},
    )
    to_reject, outcomes = set(reject), []
    for leaver in leavers:
        refusal = _attempt(lambda one=leaver: _close(one.certificate, how=how, why=why, by=by))  # type: ignore[misc]
        asked = leaver.application is not None and leaver.application.pk in to_reject
        no = _attempt(lambda one=leaver: _reject(one.application, said=said, by=by)) if asked else None  # type: ignore[misc]
        rejected = asked and no is None
        if asked and leaver.application is not None:
            to_reject.discard(leaver.application.pk)  # with two certificates of one person: once
        outcomes.append(Outcome(leaver=leaver, refusal=refusal, application_refusal=no, application_rejected=rejected))
    return outcomes


_NOTICES = {How.SUSPEND: "suspended", How.REVOKE: "revoked"}


def _attempt(act: Callable[[], None]) -> Refused | None:
    try:
        act()
    except Refused as refusal:
        return refusal
    except DatabaseError:
        log.exception("a leaver could not be written")
        return Refused("could_not_be_written")
    return None


def _close(certificate: Certificate, *, how: How, why: Why, by: Actor) -> None:
    try:
        if how is How.SUSPEND:
            suspension.suspend(certificate.pk, by=by, why=why)
        else:
            revocation.revoke(certificate.pk, reason=Reason.AFFILIATION_CHANGED, by=by, why=why)
    except Refused as refusal:
        if refusal.code != "not_from_this_state":
            raise
        revoked = refusal.facts.get("state") == State.REVOKED
        raise Refused("already_revoked" if revoked else "already_suspended") from refusal


def find_applications(text: str, *, by: Actor) -> QuerySet[Application]:
    """Applications at the own institution that can still be ended, of people named like `text`; none for no text."""
    own = applications.of_institution(own_institution(by), states=_ENDED_BY_LEAVING)
    return own.filter(person_id__in=people.search(text).values("id"))


_ENDED_BY_LEAVING = (ApplicationState.OPEN, ApplicationState.RELEASED)


def application(application_id: UUID, *, by: Actor) -> Application:
    """An application at the own institution that was sent off. Raises `NotFound` for any other."""
    row = applications.application(application_id)
    if str(row.institution_id) != own_institution(by) or row.submitted_at is None:
        raise NotFound("application")
    return row


def open_certificates(row: Application, *, by: Actor) -> list[Certificate]:
    """What the applicant already holds from the own institution: closed on another page."""
    return list(certificates.of_institution(own_institution(by)).filter(person_id=row.person_id))


def may_reject(row: Application, *, by: Actor) -> bool:
    """Whether the law lets this officer end the application now."""
    facts = ApplicationFacts(in_production=withdrawal.in_production(row.pk))
    state = ApplicationState(row.state)
    return ApplicationAct.DISMISS in APPLICATION_LAW.open_to(role=by.role, state=state, facts=facts)


def reject(application_id: UUID, *, said: Leave, by: Actor) -> None:
    """End a leaver's application at the own institution before production; what was paid is given back.

    Raises `NotFound` for any other's, and `Refused("production_has_begun")`.
    """
    _reject(application(application_id, by=by), said=said, by=by)


def _reject(row: Application | None, *, said: Leave, by: Actor) -> None:
    if row is None:
        return
    try:
        end = partial(_end, said=said, by=by)
        withdrawal.before_production(row.pk, end, reason=said.reason, by=by)
    except Refused as refusal:
        if refusal.code == "too_late_to_withdraw":
            raise Refused("production_has_begun") from refusal
        raise


def _end(row: Application, *, said: Leave, by: Actor) -> None:
    begun = withdrawal.in_production(row.pk)
    application_services.dismiss(row, reason=said.reason, in_production=begun, by=by)
    fees.give_back(row, by=by)
    tell(
        person=row.person,
        notice="application_rejected",
        subject=("application", str(row.pk)),
        dedupe=f"application_rejected:{row.pk}:1",
        reference=row.reference,
        reason=said.reason,
    )


def may_waive(certificate: Certificate, *, by: Actor) -> bool:
    """Whether the law lets this officer withdraw the institution's cause."""
    return Act.WAIVE in certificates.acts_open_to(certificate, by=by)


def waive(certificate_id: UUID, *, said: Leave, by: Actor) -> None:
    """It was a mistake: the institution withdraws its cause, and the holder may lift the suspension themselves.

    Raises `NotFound` for what is not of the own institution, and `Refused`.
    """
    own_institution(by)
    with transaction.atomic():
        row = services.lock(certificate_id, by=by)
        services.waive(row, by=by, facts=services.facts_of(row, by=by, now=clock.now()), said=said.reason)
        tell(
            person=row.person,
            notice="certificate_cause_waived",
            subject=("certificate", str(row.pk)),
            dedupe=f"certificate_cause_waived:{row.pk}:{row.hold_started_at}",
            serial=Serial.from_hex(row.serial).hex,
            institution=institutions.institution(row.institution_id).name,
            who=by.name,
            reason=said.reason,
        )
