"""Lists of revocations as files: taken over only when they are the authority's and newer, handed out as they are.

A list lies under its number, and never changes; `lists.json` names the newest of each name and is replaced whole, so
that what is said about a list and its octets always belong together. `<name>.crl` is the same file under a name that
stays.
"""

import gzip
import hashlib
import logging
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography import x509
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from divit.kernel.errors import Refused
from divit.pki import crl as crl_rules
from divit.validation.state import lists_folder, sync_folder

_log = logging.getLogger(__name__)
_INDEX = "lists.json"
DELTA = "-delta"
# Most of a list is random serials, which no level makes smaller.
_LEVEL = 2
_CHUNK = 1 << 18


class CrlFile(BaseModel):
    """One list on disk."""

    model_config = ConfigDict(frozen=True)

    name: str
    path: Path
    gzip: Path | None  # the same compressed, as soon as that is done
    number: int
    base_number: int | None  # of the complete list that a delta list begins from
    this_update: datetime
    next_update: datetime
    size: int
    digest: str  # SHA-256 of the list, hexadecimal


_LISTS = TypeAdapter(dict[str, CrlFile])


def read_lists(folder: Path) -> dict[str, CrlFile]:
    """The newest list of each name; none where nothing was taken over yet."""
    try:
        return _LISTS.validate_json((lists_folder(folder) / _INDEX).read_bytes())
    except (FileNotFoundError, ValidationError):
        return {}


class CrlFiles:
    """The follower's side; `told` is called after each change that workers can see."""

    def __init__(self, folder: Path, *, told: Callable[[], None]) -> None:
        self._folder = lists_folder(folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._told = told
        found = read_lists(folder)
        self._lists = {name: file for name, file in found.items() if _is_whole(file)}
        if self._lists != found:
            self._write_index(self._lists)
        self._tidy()
        self._told()

    def number(self, name: str) -> int:
        """Of the list on disk; 0 while there is none."""
        return self._lists[name].number if name in self._lists else 0

    def take(
        self, der: bytes, *, authority: str, issuer: bytes, number: int, base_number: int | None, now: datetime
    ) -> str:
        """Check a list and put it in its place; returns the name under which it lies.

        Raises `Refused`: what `pki.crl.check_issuer` says, crl_other_base, crl_number_not_greater, crl_wrong_dates,
        crl_past. OSError leaves the list before in its place.
        """
        crl_rules.check_issuer(der, issuer=issuer, number=number)
        this_update, next_update = _dates(der, base_number=base_number)
        name = authority if base_number is None else authority + DELTA
        if number <= self.number(name):
            raise Refused("crl_number_not_greater", number=number)
        if next_update <= now:
            raise Refused("crl_past")
        path = self._folder / f"{name}.{number}.crl"
        _write(path, der)
        _rename_link(path, self._folder / f"{name}.crl")
        before = self._lists.get(name)
        self._put(
            CrlFile(
                name=name,
                path=path,
                gzip=None,
                number=number,
                base_number=base_number,
                this_update=this_update,
                next_update=next_update,
                size=len(der),
                digest=hashlib.sha256(der).hexdigest(),
            )
        )
        self._tidy(before)
        return name

    def compress(self, name: str) -> None:
        """Put the compressed list beside it."""
        file = self._lists[name]
        packed = file.path.with_name(file.path.name + ".gz")
        half = packed.with_suffix(".new")
        try:
            with file.path.open("rb") as source, half.open("wb") as raw:
                with gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=raw, mtime=0) as target:
                    shutil.copyfileobj(source, target, _CHUNK)
                raw.flush()
                os.fsync(raw.fileno())
        except OSError:
            half.unlink(missing_ok=True)
            raise
        half.replace(packed)
        _rename_link(packed, self._folder / f"{name}.crl.gz")
        self._put(file.model_copy(update={"gzip": packed}))

    def _put(self, file: CrlFile) -> None:
        lists = self._lists | {file.name: file}
        self._write_index(lists)
        self._lists = lists
        self._told()

    def _write_index(self, lists: dict[str, CrlFile]) -> None:
        _write(self._folder / _INDEX, _LISTS.dump_json(lists))

    def _tidy(self, before: CrlFile | None = None) -> None:
        """Remove what is not in use; the list before stays for those who are about to open it."""
        keep = {_INDEX}
        for file in (*self._lists.values(), *([before] if before else [])):
            keep |= {f"{file.name}.crl", f"{file.name}.crl.gz", file.path.name, f"{file.path.name}.gz"}
        for leftover in self._folder.iterdir():
            if leftover.name not in keep:
                leftover.unlink(missing_ok=True)


def _dates(der: bytes, *, base_number: int | None) -> tuple[datetime, datetime]:
    crl = x509.load_der_x509_crl(der)
    try:
        delta = crl.extensions.get_extension_for_class(x509.DeltaCRLIndicator).value.crl_number
    except x509.ExtensionNotFound:
        delta = None
    if delta != base_number:  # a part must never pass for the whole
        raise Refused("crl_other_base")
    if crl.next_update_utc is None or crl.next_update_utc <= crl.last_update_utc:
        raise Refused("crl_wrong_dates")
    return crl.last_update_utc, crl.next_update_utc


def _is_whole(file: CrlFile) -> bool:
    try:
        with file.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        digest = ""
    if digest != file.digest:
        _log.error("the list %s number %d on disk is damaged and not handed out", file.name, file.number)
    return digest == file.digest


def _write(path: Path, data: bytes) -> None:
    half = path.with_name(path.name + ".new")
    try:
        with half.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _rename_link(path: Path, name: Path) -> None:
    """The same file under another name too, in one step."""
    half = name.with_name(name.name + ".new")
    half.unlink(missing_ok=True)
    os.link(path, half)
    half.replace(name)
