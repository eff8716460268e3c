"""The only writer of uploaded files and scans."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from divit.audit import moves
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound
from divit.scans.lifecycle import LAW, UPLOAD_LAW, Act, Facts, State, UploadAct, UploadFacts, UploadState
from divit.scans.models import Found, Picture, Scan, Upload
from divit.scans.sealing import Seals
from divit.scans.selectors import known_content


def about_upload(row: Upload) -> str:
    """To what the sealed file is bound."""
    return f"upload|{row.pk}|{row.institution_id or 'centre'}"


def about_scan(row: Scan) -> str:
    """To what the sealed picture is bound."""
    return f"scan|{row.pk}|{row.institution_id or 'centre'}"


def open_upload(
    content: bytes, *, institution_id: UUID | str | None, file_name: str, seals: Seals, by: Actor
) -> tuple[Upload, bool]:
    """A file that is to be read, or the one as which this content came before (then False)."""
    digest = hashlib.sha256(content).hexdigest()
    known = known_content(institution_id, digest)
    if known is not None:
        return known, False
    row = Upload(
        institution_id=institution_id,
        sha256=digest,
        file_name=file_name,
        uploaded_by=str(by),
        uploaded_at=clock.now(),
    )
    row.sealed = seals.seal(content, about=about_upload(row))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # The other tab was faster.
        known = known_content(institution_id, digest)
        if known is None:
            raise
        return known, False
    moves.born(row, law=UPLOAD_LAW, by=by, note={"sha256": digest, "octets": len(content)})
    return row, True


def locked_upload(upload_id: UUID | str) -> Upload:
    """The file, locked to the end of the transaction. Raises `NotFound`."""
    row = Upload.objects.select_for_update(of=("self",), no_key=True).filter(pk=upload_id).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One page as it was read and understood."""

    number: int
    found: Found
    reference: str
    token: str
    picture: bytes


def keep_pages(row: Upload, seen: Iterable[Seen], *, blank: int, seals: Seals, by: Actor) -> None:
    """A locked file was read: its pages wait on the desk, and the file itself is destroyed.

    Of a page that shows several people's forms no picture is kept: looks at it would stand in nobody's name.
    """
    scans, pictures = [], []
    for page in seen:
        digest = hashlib.sha256(page.picture).hexdigest()
        told = {"found": page.found, "reference": page.reference, "token": page.token, "picture_sha256": digest}
        scan = Scan(upload=row, institution_id=row.institution_id, number=page.number, **told)
        scans.append(scan)
        if page.found == Found.SEVERAL:
            continue
        sealed = seals.seal(page.picture, about=about_scan(scan))
        pictures.append(Picture(scan=scan, institution_id=row.institution_id, sealed=sealed))
    Scan.objects.bulk_create(scans)
    Picture.objects.bulk_create(pictures, batch_size=10)
    note = {"pages": len(scans), "blank": blank}
    moves.move(
        row, UploadAct.READ, law=UPLOAD_LAW, by=by, facts=UploadFacts(), changes={**note, "sealed": b""}, note=note
    )
    moves.born_all(scans, law=LAW, by=by, note={"upload": str(row.pk)})


def refuse(row: Upload, *, code: str, by: Actor) -> None:
    """A locked file cannot be read: it is destroyed, and `code` says why."""
    changes: dict[str, object] = {"refusal": code, "sealed": b""}
    moves.move(
        row, UploadAct.REFUSE, law=UPLOAD_LAW, by=by, facts=UploadFacts(), changes=changes, note={"reason": code}
    )


def locked_scan(scan_id: UUID | str) -> Scan:
    """The page, locked to the end of the transaction; its application is locked before. Raises `NotFound`."""
    row = Scan.objects.select_for_update(of=("self",), no_key=True).filter(pk=scan_id).first()
    if row is None:
        raise NotFound
    return row


def keep(row: Scan, *, application_id: UUID, content_hash: str, facts: Facts, by: Actor) -> None:
    """A locked page is the form that was taken in: it is kept as long as the application's papers are."""
    moves.move(
        row,
        Act.KEEP,
        law=LAW,
        by=by,
        facts=facts,
        changes={"application_id": application_id, "content_hash": content_hash, **_decided(by)},
        note={
            "application": str(application_id),
            "content_hash": content_hash,
            "picture_sha256": row.picture_sha256,
            "found": row.found,
        },
    )


def discard(row: Scan, *, by: Actor, why: str = "") -> None:
    """A locked page is thrown away, its picture destroyed; `why` where it was not simply somebody's wish."""
    note = {"reason": why} if why else {}
    moves.move(row, Act.DISCARD, law=LAW, by=by, facts=Facts(), changes=_decided(by), note=note)
    Picture.objects.filter(pk=row.pk).delete()


def forget_names(*, before: datetime) -> int:
    """Files that came before this instant lose their names once no page of them waits; returns how many did."""
    waiting = Scan.objects.filter(upload=OuterRef("pk"), state=State.WAITING)
    old = Upload.objects.filter(uploaded_at__lt=before).exclude(file_name="").exclude(state=UploadState.READING)
    return old.filter(~Exists(waiting)).update(file_name="")


def _decided(by: Actor) -> dict[str, object]:
    return {"decided_by": str(by), "decided_at": clock.now()}
