"""Tarama yükleme: files of scanned forms come to a form desk, are read by a program without rights, and wait as pages.

The file itself is sealed until it is read and then destroyed; of a page only a picture made anew is left.
"""

from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction

from divit.applications import content
from divit.flows import form_receipt
from divit.flows.jobs import each, later
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, Refused
from divit.kernel.writing import file_name as shown_name
from divit.scans import reading, selectors, services
from divit.scans.lifecycle import State, UploadState
from divit.scans.limits import MOST_OCTETS, MOST_UNREAD, MOST_WAITING, TOLD_FOR, WAITING_LIFE
from divit.scans.models import Found, Upload
from divit.scans.sealing import Seals


def desk_of(by: Actor) -> str | None:
    """The institution at whose form desk the actor stands; None is the centre's. Raises `NotFound`."""
    return None if by.role is Role.REGISTRAR else form_receipt.own_institution(by)


@cache
def _seals(known: tuple[str, ...]) -> Seals:
    return Seals(known)


def seals() -> Seals:
    """What files and pictures are sealed with. Raises `Refused("scans_not_set_up")` where there is no key."""
    found = _seals(settings.SCAN_SECRETS)
    if not found:
        raise Refused("scans_not_set_up")
    return found


def upload(file: bytes, *, file_name: str, by: Actor) -> tuple[Upload, bool]:
    """Take a file in to be read; the same content again is the same file (then False), until a page of it is gone.

    Raises `Refused` with `scans_not_set_up` or `scan_desk_full`, and `Invalid` for what is no scan by its first octets.
    """
    institution_id, sealing = desk_of(by), seals()
    if len(file) > MOST_OCTETS:
        raise Invalid("scan_file_too_large", megabytes=MOST_OCTETS // 1_000_000)
    reading.check_kind(file)
    with transaction.atomic():
        row, new = services.open_upload(
            file,
            institution_id=institution_id,
            file_name=shown_name(file_name, otherwise="tarama"),
            seals=sealing,
            by=by,
        )
        if new:
            _check_room(institution_id)
            _read_later(row.pk)
    return row, new


def _check_room(institution_id: str | None) -> None:
    waiting = selectors.waiting_at(institution_id).count()
    if waiting >= MOST_WAITING or selectors.unread_of(institution_id) > MOST_UNREAD:
        raise Refused("scan_desk_full", most=MOST_WAITING)


def _read_later(upload_id: UUID) -> None:
    # One at a time: a file may take a gigabyte of memory.
    later("scans.read", lock="scans.read", queueing_lock=f"scans.read:{upload_id}", upload_id=str(upload_id))


def read(upload_id: UUID, *, by: Actor = SYSTEM) -> None:
    """Read a file that waits for it; the worker's job. Read twice it is read once.

    Raises `Refused("scans_not_set_up")` and `Invalid("scan_not_opened")` where the key is missing: the file waits, and
    the clock comes back to it (`resume`).
    """
    row = selectors.upload(upload_id)
    if row.state != UploadState.READING:
        return
    file = seals().unseal(bytes(row.sealed), about=services.about_upload(row))
    try:
        found = reading.read(file)
    except Invalid as wrong:
        _settle(upload_id, None, code=wrong.code, by=by)
    else:
        _settle(upload_id, found, code="scan_all_blank", by=by)


def _settle(upload_id: UUID, found: reading.Reading | None, *, code: str, by: Actor) -> None:
    with transaction.atomic():
        row = services.locked_upload(upload_id)
        if row.state != UploadState.READING:
            return
        if found is None or not found.pages:
            services.refuse(row, code=code, by=by)
        else:
            services.keep_pages(row, map(_understood, found.pages), blank=found.blank, seals=seals(), by=by)


def _understood(page: reading.Page) -> services.Seen:
    """What the codes of a page say together: one form, or none, or several."""
    marks = {mark for kind, text in page.codes if (mark := _mark(text, square=kind == "qr")) is not None}
    references = {reference for reference, _token in marks}
    tokens = {token for _reference, token in marks if token}
    found, reference, token = Found.NOTHING, "", ""
    if len(references) > 1 or len(tokens) > 1:
        found = Found.SEVERAL
    elif references:
        reference, token = references.pop(), tokens.pop() if tokens else ""
        found = Found.QR if token else Found.BARCODE
    return services.Seen(number=page.number, found=found, reference=reference, token=token, picture=page.picture)


def _mark(text: str, *, square: bool) -> tuple[str, str] | None:
    """Reference and content token of one of our codes; other codes on the paper are none of our business."""
    try:
        reference, token = content.read_mark(text)
    except Invalid:
        return None
    return (reference, (token or "")[: content.TOKEN] if square else "")


def resume() -> int:
    """For every file that still waits put the job back; returns how many."""
    ids = selectors.unread()
    for upload_id in ids:
        _read_later(upload_id)
    return len(ids)


def forget(*, now: datetime | None = None) -> int:
    """Destroy the files that could not be read and the pages that nobody decided on within a week; returns how many.

    What their files were called is forgotten with them.
    """
    now = now or clock.now()
    unread = each(selectors.never_read(before=now - WAITING_LIFE), _give_up)
    ids = selectors.forgotten(before=now - WAITING_LIFE)
    count = len(unread) + len(each(ids, _forget))
    services.forget_names(before=now - TOLD_FOR)
    return count


def _give_up(upload_id: UUID) -> None:
    _settle(upload_id, None, code="scan_never_read", by=SYSTEM)


def _forget(scan_id: UUID) -> None:
    with transaction.atomic():
        row = services.locked_scan(scan_id)
        if row.state == State.WAITING:
            services.discard(row, by=SYSTEM, why="not_decided")
