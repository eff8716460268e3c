"""Reading rosters and requests: an institution's own, a person's own, and what the clock must look at."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from divit.kernel.errors import NotFound
from divit.rosters.deadlines import UPLOAD_LIFE
from divit.rosters.lifecycle import STANDING, UNDER_WAY, RosterState, State
from divit.rosters.models import Request, Roster, Upload
from divit.rosters.stored import Fault, Wish, faults_of, wishes_of


def roster_of(institution_id: UUID | str, roster_id: UUID | str) -> Roster:
    """An institution's own roster, not discarded. Raises `NotFound`, also when it is another's."""
    found = Roster.objects.filter(pk=roster_id, institution_id=institution_id).exclude(state=RosterState.DISCARDED)
    row = found.select_related("institution", "contract").first()
    if row is None:
        raise NotFound
    return row


def roster(roster_id: UUID | str) -> Roster:
    """Any roster, for jobs. Raises `NotFound`."""
    row = Roster.objects.select_related("institution", "contract").filter(pk=roster_id).first()
    if row is None:
        raise NotFound
    return row


def rosters_of(institution_id: UUID | str, *, limit: int = 50) -> list[Roster]:
    """The latest rosters of an institution, newest first."""
    found = Roster.objects.filter(institution_id=institution_id).exclude(state=RosterState.DISCARDED)
    return list(found.order_by("-uploaded_at", "id")[:limit])


def with_waiting(rows: list[Roster]) -> list[tuple[Roster, int]]:
    """Each with how many of its requests wait for approval."""
    found = Request.objects.filter(roster__in=rows, state=State.PROPOSED).values("roster_id")
    waiting = dict(found.annotate(count=Count("id")).order_by("roster_id").values_list("roster_id", "count"))
    return [(row, waiting.get(row.pk, 0)) for row in rows]


def known_content(institution_id: UUID | str, sha256: str) -> Roster | None:
    """The roster that this very content became before and that still asks for somebody, if there is one.

    Where every request of it has ended, the same content asks anew.
    """
    standing = Exists(Request.objects.filter(roster=OuterRef("pk"), state__in=STANDING))
    found = Roster.objects.filter(institution_id=institution_id, sha256=sha256)
    return found.filter(Q(state__in=UNDER_WAY) | standing).order_by("uploaded_at", "id").first()


def content_of(roster: Roster) -> bytes:
    """The file. Raises `NotFound` once it is destroyed."""
    return bytes(_upload(roster).content)


def wishes(roster: Roster, *, begin: int = 0, most: int) -> list[Wish]:
    """So many of its rows without a fault, from one on. Raises `NotFound` once they are destroyed."""
    return wishes_of(_upload(roster).wishes[begin : begin + most])


def faults(roster: Roster) -> list[Fault]:
    """What is wrong with its other rows, in the order of the file. Raises `NotFound` once they are destroyed."""
    return faults_of(_upload(roster).faults)


def _upload(roster: Roster) -> Upload:
    found = Upload.objects.filter(pk=roster.pk).first()
    if found is None:
        raise NotFound
    return found


def forgotten(*, before: datetime) -> list[UUID]:
    """Rosters that nobody confirmed and that have waited since before this instant."""
    waiting = [RosterState.CHECKING, RosterState.CHECKED]
    found = Roster.objects.filter(state__in=waiting, uploaded_at__lt=before)
    return list(found.order_by("uploaded_at", "id").values_list("id", flat=True))


def unchecked() -> list[UUID]:
    """Rosters whose rows are still to be checked."""
    found = Roster.objects.filter(state=RosterState.CHECKING)
    return list(found.order_by("uploaded_at", "id").values_list("id", flat=True))


def unfinished() -> list[UUID]:
    """Rosters that were confirmed and are not all requests yet."""
    found = Roster.objects.filter(state=RosterState.CONFIRMED)
    return list(found.order_by("confirmed_at", "id").values_list("id", flat=True))


def _requests() -> QuerySet[Request]:
    return Request.objects.select_related("roster__contract", "institution", "person")


def request_of(institution_id: UUID | str, request_id: UUID | str) -> Request:
    """An institution's own request. Raises `NotFound`, also when it is another's."""
    return _found(_requests().filter(pk=request_id, institution_id=institution_id))


def request_to(person_id: UUID | str, request_id: UUID | str) -> Request:
    """A request for this person. Raises `NotFound`, also when it is for somebody else."""
    return _found(_requests().filter(pk=request_id, person_id=person_id))


def request_for(application_id: UUID | str) -> Request | None:
    """The request that an application answers."""
    return _requests().filter(application_id=application_id).first()


def _found(rows: QuerySet[Request]) -> Request:
    row = rows.first()
    if row is None:
        raise NotFound
    return row


def requests_to(person_id: UUID | str) -> list[Request]:
    """Everything that institutions asked for in a person's name, newest first."""
    return list(_requests().filter(person_id=person_id).order_by("-created_at", "id"))


def invitations_of(person_id: UUID | str) -> list[Request]:
    """Requests that wait for the person to begin, the soonest to expire first."""
    found = _requests().filter(person_id=person_id, state__in=STANDING, application=None)
    return list(found.order_by("expires_on", "id"))


def requests_in(roster: Roster) -> QuerySet[Request]:
    """The requests of a roster in the order of its rows."""
    return _requests().filter(roster=roster).order_by("number", "id")


def proposed_in(roster: Roster) -> list[UUID]:
    """Ids of a roster's requests that wait for approval, in the order of its rows."""
    found = Request.objects.filter(roster=roster, state=State.PROPOSED)
    return list(found.order_by("number", "id").values_list("id", flat=True))


def rows_confirmed(institution_id: UUID | str, *, by: str, since: datetime) -> int:
    """How many rows of an institution's lists one actor has confirmed since an instant."""
    found = Roster.objects.filter(institution_id=institution_id, uploaded_at__gt=since - UPLOAD_LIFE)
    told = found.filter(confirmed_by=by, confirmed_at__gt=since).aggregate(rows=Sum("accepted"))
    return told["rows"] or 0


def rows_waiting(institution_id: UUID | str) -> int:
    """How many rows an institution has asked for that nobody has decided on, also those still being written."""
    proposed = Request.objects.filter(institution_id=institution_id, state=State.PROPOSED).count()
    unwritten = Roster.objects.filter(institution_id=institution_id, state=RosterState.CONFIRMED)
    return proposed + (unwritten.aggregate(rows=Sum(F("accepted") - F("taken")))["rows"] or 0)


def standing_of(roster_ids: Iterable[UUID]) -> list[tuple[UUID, UUID, str, UUID | None]]:
    """(roster, request, state, application) of every request of these rosters: what totals are counted from."""
    found = Request.objects.filter(roster_id__in=list(roster_ids)).order_by("roster_id", "number")
    return list(found.values_list("roster_id", "id", "state", "application_id"))


def whose(roster_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Of each of these rosters the institution."""
    found = Roster.objects.filter(id__in=list(roster_ids)).order_by("id")
    return dict(found.values_list("id", "institution_id"))


def whose_requests(request_ids: Iterable[UUID]) -> list[tuple[UUID, UUID, UUID, UUID | None]]:
    """(request, institution, roster, application) of each of these requests."""
    found = Request.objects.filter(id__in=list(request_ids)).order_by("id")
    return list(found.values_list("id", "institution_id", "roster_id", "application_id"))


def requests_answered_by(application_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Of those of these applications that answer a request, which one."""
    found = Request.objects.filter(application_id__in=list(application_ids)).order_by("id")
    return {application: request for application, request in found.values_list("application_id", "id") if application}


def counts_of(institution_id: UUID | str) -> list[tuple[str, str | None, int]]:
    """(state, state of the application, how many) of every request of an institution."""
    found = Request.objects.filter(institution_id=institution_id).values_list("state", "application__state")
    return list(found.annotate(count=Count("id")).order_by("state", "application__state"))


def applications_asked_for(institution_id: UUID | str, *, state: str) -> QuerySet[Request, UUID | None]:
    """Ids of the applications in this state that answer an institution's standing requests; left to the database."""
    found = Request.objects.filter(institution_id=institution_id, state__in=STANDING, application__state=state)
    return found.order_by().values_list("application_id", flat=True)


def waiting_persons(institution_id: UUID | str, person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these people for whom this institution has asked and who have not begun."""
    found = Request.objects.filter(institution_id=institution_id, person_id__in=list(person_ids))
    found = found.filter(state__in=STANDING, application=None)
    return set(found.order_by("id").values_list("person_id", flat=True))


def expiring(*, before: date) -> list[UUID]:
    """Ids of requests that nobody has begun and whose time ends before this day."""
    found = Request.objects.filter(state__in=STANDING, application=None, expires_on__lt=before)
    return list(found.order_by("expires_on", "id").values_list("id", flat=True))


def all_rosters_of(institution_id: UUID | str) -> QuerySet[Roster]:
    """Every roster of an institution that was not discarded."""
    found = Roster.objects.filter(institution_id=institution_id).exclude(state=RosterState.DISCARDED)
    return found.order_by("-uploaded_at", "-id")


def all_requests_of(institution_id: UUID | str) -> QuerySet[Request]:
    """Every request of an institution."""
    return _requests().filter(institution_id=institution_id).order_by("-created_at", "-id")
