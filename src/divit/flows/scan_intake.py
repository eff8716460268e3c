"""Taranmış form teslimi: a scanned page beside its application; the form is taken in as always, its scan kept with it.

The scan is evidence. What is taken in is the paper, by `form_receipt`, and only what that took in has its scan kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from divit.applications import content
from divit.applications import selectors as applications
from divit.applications import services as application_services
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.applications.scanning import read_scan
from divit.audit import walls
from divit.flows import form_intake, form_receipt
from divit.flows.form_intake import Paper, Standing
from divit.flows.scan_upload import desk_of, seals
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound, Refused
from divit.scans import selectors, services
from divit.scans.lifecycle import Facts, State
from divit.scans.models import Found, Scan


class Sorted(StrEnum):
    """What a page on the desk needs, before it is opened."""

    READY = "ready"  # başvurusu bulundu, form bekleniyor
    OUT_OF_DATE = "out_of_date"  # eski form
    NOT_AWAITED = "not_awaited"  # form beklenmiyor ya da zaten alınmış
    NOT_FOUND = "not_found"  # buradan alınamayan bir başvurunun
    UNREAD = "unread"  # numara okunamadı
    SEVERAL = "several"  # bir sayfada birden çok form


def look_at(scan_id: UUID, *, by: Actor) -> Scan:
    """A page that waits on the actor's desk, or a kept one that they may see. Raises `NotFound`."""
    desk = desk_of(by)
    row = selectors.scan(scan_id)
    if str(row.institution_id or "") == (desk or ""):
        return row
    # The registry answers for every application, and so for the scan of its form wherever it was taken in.
    if by.role is Role.REGISTRAR and row.state == State.KEPT:
        return row
    raise NotFound


def waiting(rows: Iterable[Scan], *, by: Actor) -> list[tuple[Scan, Sorted]]:
    """Pages of the actor's desk, each with what it needs; no name is looked at for it."""
    pages = list(rows)
    found = applications.by_references(one.reference for one in pages if one.reference)
    mine = {row.pk for row in form_receipt.look_at_all((row.pk for row in found.values()), by=by)}
    standing = applications.standing_of(mine)
    return [(one, _sorted(one, found.get(one.reference), standing)) for one in pages]


def _sorted(
    one: Scan, row: Application | None, standing: Mapping[UUID, tuple[object, frozenset[RequirementKind]]]
) -> Sorted:
    if one.found == Found.SEVERAL:
        return Sorted.SEVERAL
    if one.found == Found.NOTHING:
        return Sorted.UNREAD
    if row is None or row.pk not in standing:
        return Sorted.NOT_FOUND
    if RequirementKind.FORM_RECEIVED not in standing[row.pk][1]:
        return Sorted.NOT_AWAITED
    return Sorted.READY if is_current(one, row) else Sorted.OUT_OF_DATE


def paper_on(row: Scan, *, typed: str = "", by: Actor) -> Paper | None:
    """Whose form a waiting page shows: as its code says, or, where it says nothing, as somebody reads it off.

    Raises `Invalid("reference_invalid")` and `NotFound` as `form_intake.recognise`; None where nothing is known yet.
    """
    if row.found == Found.SEVERAL:
        return None
    said = "/".join(part for part in (row.reference, row.token) if part) or typed
    return form_intake.recognise(said, by=by) if said else None


def take_in(scan_id: UUID, *, application_id: UUID, mark: str, by: Actor) -> bool:
    """The form on this page is taken in and the page kept; False when the form was in already and only its scan is new.

    Raises what `form_receipt.take_in` raises, and `Refused` with what the law of a scan says.
    """
    look_at(scan_id, by=by)
    with transaction.atomic():
        application_services.locked(application_id)  # first, as everywhere; whose it is, is asked by `form_receipt`
        page = services.locked_scan(scan_id)
        new = form_receipt.take_in(application_id, scanned=mark, by=by)
        row = applications.application(application_id)
        services.keep(
            page, application_id=row.pk, content_hash=row.content_hash, facts=_facts(page, row, mark=mark), by=by
        )
    return new


def _facts(page: Scan, row: Application, *, mark: str) -> Facts:
    _reference, token = read_scan(mark)
    return Facts(
        several_forms=page.found == Found.SEVERAL,
        says_another=page.reference not in ("", row.reference),
        out_of_date=any(one not in (None, "", content.token_of(row.content_hash)) for one in (token, page.token)),
        form_in=application_services.form_is_in(row),
        kept_before=_is_kept(row),
    )


def is_current(page: Scan, row: Application) -> bool:
    """Whether a page says what the application says now, as far as its code tells."""
    return page.token in ("", content.token_of(row.content_hash))


def adds(page: Scan, paper: Paper, *, by: Actor) -> bool:
    """Whether the form is in already and this page may be kept as its scan."""
    row = paper.application
    own = by.role is Role.REPRESENTATIVE and str(row.person_id) == by.id
    return paper.standing is Standing.ALREADY_IN and is_current(page, row) and not own and not _is_kept(row)


def _is_kept(row: Application) -> bool:
    """Whether at this desk or at another: one form was handed over in one place."""
    with walls.lifted():
        return selectors.kept_of(row.pk) is not None


def give_back(scan_id: UUID, *, application_id: UUID, reason: str, by: Actor) -> None:
    """The form on this page cannot be taken like this: the person reads why, and the page is thrown away."""
    row = look_at(scan_id, by=by)
    with transaction.atomic():
        application = application_services.locked(application_id)
        if row.reference not in ("", application.reference):
            raise Refused("scan_of_another")
        page = services.locked_scan(scan_id)
        form_receipt.give_back(application_id, reason=reason, by=by)
        services.discard(page, by=by, why="form_returned")


def discard(scan_id: UUID, *, by: Actor) -> None:
    """Throw a page away; the paper, if there is one, stays where it is."""
    look_at(scan_id, by=by)
    with transaction.atomic():
        services.discard(services.locked_scan(scan_id), by=by)


def kept_for(row: Application, *, by: Actor) -> Scan | None:
    """The scan that is kept of this application's form, if there is one that the actor may see."""
    kept = selectors.kept_of(row.pk)
    try:
        return look_at(kept.pk, by=by) if kept is not None else None
    except NotFound:
        return None


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What can be seen, and at whom one looks; "" where nobody knows."""

    jpeg: bytes
    person_id: str


def picture_of(scan_id: UUID, *, by: Actor) -> Picture:
    """The picture of a page on the actor's desk. Raises `NotFound`, and `Invalid("scan_not_opened")`."""
    row = look_at(scan_id, by=by)
    jpeg = seals().unseal(selectors.sealed_picture(row), about=services.about_scan(row))
    return Picture(jpeg=jpeg, person_id=str(row.person_id or _named_by(row)))


def _named_by(row: Scan) -> str:
    """Whom the code on a page names: they are looked at, also where the paper came to the wrong institution's desk."""
    with walls.lifted():
        found = applications.by_references([row.reference] if row.reference else [])
    return "".join(str(one.person_id) for one in found.values())
