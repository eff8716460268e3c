"""The only writer of rosters and requests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from divit.audit import ledger, moves
from divit.kernel import clock, writing
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound, Refused
from divit.rosters.lifecycle import LAW, ROSTER_LAW, Act, Facts, RosterAct, RosterFacts, State
from divit.rosters.models import Request, Roster, Upload
from divit.rosters.selectors import known_content
from divit.rosters.stored import Fault, Wish, stored_faults, stored_wishes

_CONTACT_GONE: Mapping[str, object] = {"phone": "", "email": ""}


def open_roster(
    *, institution_id: UUID | str, content: bytes, sha256: str, file_name: str, lines: int, by: Actor
) -> tuple[Roster, bool]:
    """A new roster whose rows are to be checked, or the standing one that this content became before (then False)."""
    known = known_content(institution_id, sha256)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            row = Roster.objects.create(
                institution_id=institution_id,
                sha256=sha256,
                file_name=writing.file_name(file_name, otherwise="liste"),
                lines=lines,
                uploaded_by=by.id,
                uploaded_at=clock.now(),
            )
            # The other tab may even have got as far as to its last request since we looked.
            known = known_content(institution_id, sha256)
            if known is not None and known.pk != row.pk:
                transaction.set_rollback(True)
                return known, False
            Upload.objects.create(roster=row, content=content)
    except IntegrityError:
        # The other tab was faster.
        known = known_content(institution_id, sha256)
        if known is None:
            raise
        return known, False
    moves.born(row, law=ROSTER_LAW, by=by, note={"sha256": sha256, "lines": lines})
    return row, True


def locked_roster(roster_id: UUID | str) -> Roster:
    """The roster, locked to the end of the transaction. Raises `NotFound`."""
    row = Roster.objects.select_for_update(of=("self",), no_key=True).filter(pk=roster_id).first()
    if row is None:
        raise NotFound
    return row


def note_looked_at(roster_id: UUID, rows: int) -> None:
    """How far the check is, for whoever watches."""
    Roster.objects.filter(pk=roster_id).update(looked_at=rows)


def keep_check(row: Roster, *, wishes: Iterable[Wish], faults: Iterable[Fault], faulty: int, by: Actor) -> None:
    """What the check of a locked roster found waits for confirmation; `faulty` rows have a fault."""
    good, wrong = stored_wishes(wishes), stored_faults(faults)
    Upload.objects.filter(pk=row.pk).update(wishes=good, faults=wrong)
    counts: dict[str, object] = {"accepted": len(good), "faulty": faulty, "looked_at": row.lines}
    moves.move(row, RosterAct.CHECK, law=ROSTER_LAW, by=by, facts=RosterFacts(), changes=counts, note=counts)


def confirm(row: Roster, *, contract_id: UUID, by: Actor) -> None:
    """Ask for the accepted rows of a locked roster; of the faulty ones, and of the file, nothing is kept."""
    moves.move(
        row,
        RosterAct.CONFIRM,
        law=ROSTER_LAW,
        by=by,
        facts=RosterFacts(accepted=row.accepted),
        changes={"contract_id": contract_id, "confirmed_by": str(by), "confirmed_at": clock.now()},
        note={"accepted": row.accepted},
    )
    Upload.objects.filter(pk=row.pk).update(content=b"", faults=[])


def note_taken(row: Roster, *, rows: int, skipped: Iterable[int]) -> None:
    """So many more accepted rows of a locked roster are dealt with; `skipped` are those that fitted no longer."""
    row.taken += rows
    row.skipped = [*row.skipped, *skipped]
    row.save(update_fields=["taken", "skipped"])


def finish(row: Roster, *, by: Actor) -> None:
    """Every accepted row of a locked roster is a request: what waited is destroyed."""
    facts = RosterFacts(rows_left=row.taken < row.accepted)
    moves.move(row, RosterAct.TAKE_IN, law=ROSTER_LAW, by=by, facts=facts, note={"skipped": len(row.skipped)})
    Upload.objects.filter(pk=row.pk).delete()


def discard(row: Roster, *, by: Actor, why: str = "") -> None:
    """A locked roster is given up before it was confirmed: what waited is destroyed; `why` when nobody asked for it."""
    note = {"reason": why} if why else {}
    moves.move(row, RosterAct.DISCARD, law=ROSTER_LAW, by=by, facts=RosterFacts(), note=note)
    Upload.objects.filter(pk=row.pk).delete()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One accepted row whose person is known by now."""

    wish: Wish
    person_id: UUID


def ask(row: Roster, asked: Iterable[Asked], *, expires_on: date) -> list[Request]:
    """Make requests of rows of a locked roster; one for whom the institution waits already is passed over.

    `record_asked` follows once nothing is left to write or to wait for.
    """
    wanted = [
        Request(
            roster=row,
            institution_id=row.institution_id,
            person_id=one.person_id,
            number=one.wish.number,
            given_names=one.wish.given_names,
            surname=one.wish.surname,
            phone=one.wish.phone,
            email=one.wish.email,
            unit=one.wish.unit,
            job_title=one.wish.job_title,
            kind=one.wish.kind,
            expires_on=expires_on,
        )
        # In one order for everybody: two lists with the same people must not wait for each other.
        for one in sorted(asked, key=lambda one: one.person_id)
    ]
    Request.objects.bulk_create(wanted, ignore_conflicts=True)
    made = Request.objects.filter(pk__in=[one.pk for one in wanted]).select_related("person", "institution")
    return list(made.order_by("number", "id"))


def record_asked(row: Roster, made: Iterable[Request], *, by: Actor) -> None:
    """That these requests were made: the ledger is held by everybody's acts, and so for as short as can be."""
    moves.born_all(made, law=LAW, by=by, note={"roster": str(row.pk)})


def locked_request(request_id: UUID | str) -> Request:
    """The request, locked to the end of the transaction; its application is locked before. Raises `NotFound`."""
    row = _locked().filter(pk=request_id).first()
    if row is None:
        raise NotFound
    return row


def locked_request_for(application_id: UUID | str) -> Request | None:
    """The request that a locked application answers, locked."""
    return _locked().filter(application_id=application_id).first()


def _locked() -> QuerySet[Request]:
    found = Request.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("roster__contract", "institution", "person")


def judge(row: Request, act: Act, *, by: Actor, facts: Facts) -> None:
    """Ask the law before anything is done. Raises `Refused`."""
    LAW.decide(act, role=by.role, state=State(row.state), facts=facts)


def judge_approver(facts: Facts) -> None:
    """Whether this person may approve anything of a list. Raises `Refused`."""
    LAW.decide(Act.APPROVE, role=Role.OFFICER, state=State.PROPOSED, facts=facts)


def open_acts(row: Request, *, by: Actor, facts: Facts) -> list[Act]:
    """What somebody in this role may do to a request now."""
    return [Act(act) for act in LAW.open_to(role=by.role, state=State(row.state), facts=facts)]


def carry_out(row: Request, act: Act, *, by: Actor, facts: Facts, ending: str = "") -> None:
    """Do one act on a locked request. Where it ends, the addresses that the institution gave are destroyed."""
    changes: dict[str, object] = {"decided_at": clock.now(), "decided_by": str(by)}
    if act is not Act.APPROVE:
        changes |= {**_CONTACT_GONE, "ending": ending}
    note = {"reason": ending} if ending else {}
    moves.move(row, act, law=LAW, by=by, facts=facts, changes=changes, note=note)


def link(row: Request, *, application_id: UUID, by: Actor) -> None:
    """The person has begun on a locked request. Raises `Refused("changed_meanwhile")` when that was done before."""
    linked = Request.objects.filter(pk=row.pk, application=None).update(application_id=application_id)
    if not linked:
        raise Refused("changed_meanwhile")
    row.application_id = application_id
    ledger.record(
        by=by,
        act="request.answered",
        subject=("request", str(row.pk)),
        person_id=str(row.person_id),
        application=str(application_id),
    )


def forget_contact(row: Request) -> None:
    """The person gave their own addresses: those that the institution wrote are no longer needed."""
    Request.objects.filter(pk=row.pk).update(**_CONTACT_GONE)


def count_reminder(row: Request, *, sent: int) -> None:
    """Remember how many reminders a locked request has had."""
    row.reminders = sent
    row.save(update_fields=["reminders"])
