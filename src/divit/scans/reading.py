"""From a file to pages: started here, done by a program without rights (`decoder`), and not believed either."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from divit.kernel.errors import Invalid
from divit.scans.limits import READER, READER_PATIENCE

_DECODER = Path(__file__).with_name("decoder.py")
_JPEG = b"\xff\xd8\xff"
_LONGEST_LINE = 10_000
_LONGEST_CODE = 80
# What the decoder may say; whatever else it says, or if it says nothing any more, the file could not be read.
ENDS = frozenset(
    {
        "scan_encrypted",
        "scan_kind_unknown",
        "scan_odd_shape",
        "scan_too_heavy",
        "scan_too_large",
        "scan_too_many_pages",
        "scan_unreadable",
    }
)
_KINDS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*")
# Files that people take for scans, by what stands at a place in them.
_OTHERS = {
    "scan_is_heic": ((4, b"ftyphei"), (4, b"ftypmif1"), (4, b"ftypmsf1"), (4, b"ftyphev")),
    "scan_is_office": ((0, b"PK\3\4"), (0, b"\xd0\xcf\x11\xe0")),
}


@dataclass(frozen=True, kw_only=True)
class Page:
    """What is to be seen on one page, and what its codes say: (`qr` or `bar`, text)."""

    number: int
    codes: tuple[tuple[str, str], ...]
    picture: bytes


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The pages that show something, and how many do not."""

    pages: tuple[Page, ...]
    blank: int


def check_kind(content: bytes) -> None:
    """By the content alone, whatever the name says.

    Raises `Invalid`: scan_empty, scan_is_heic, scan_is_office, scan_kind_unknown.
    """
    if not content:
        raise Invalid("scan_empty")
    if content.startswith(_KINDS):
        return
    for code, marks in _OTHERS.items():
        if any(content.startswith(mark, place) for place, mark in marks):
            raise Invalid(code)
    raise Invalid("scan_kind_unknown")


def read(content: bytes) -> Reading:
    """Raises `Invalid` with one of `ENDS`."""
    with _in_memory("scan") as file, _in_memory("pages") as answer:
        file.write(content)
        file.seek(0)
        _decode(file, answer)
        answer.seek(0)
        return _read_answer(answer)


def _in_memory(name: str) -> IO[bytes]:
    """A file that is nowhere on a disk, where the system has such files."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create(name), "w+b")
    return tempfile.TemporaryFile()


def _decode(file: IO[bytes], answer: IO[bytes]) -> None:
    """How the program ends is its own affair: what counts is what it has said by then."""
    command = [sys.executable, "-I", str(_DECODER), json.dumps(READER)]
    # No environment: nothing of ours is worth knowing for reading a picture.
    with subprocess.Popen(command, stdin=file, stdout=answer, stderr=subprocess.DEVNULL, env={}, cwd="/") as child:
        try:
            child.wait(READER_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            raise Invalid("scan_too_heavy") from None
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Invalid("scan_too_heavy")


def _read_answer(answer: IO[bytes]) -> Reading:
    pages, number = [], 0
    for told, picture in _lines(answer):
        number += 1
        if told.get("blank") is not True:
            pages.append(Page(number=number, codes=_codes(told.get("codes")), picture=picture))
    return Reading(pages=tuple(pages), blank=number - len(pages))


def _lines(answer: IO[bytes]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Every page that was told of, up to the end. Raises `Invalid` where the end says so, or is missing."""
    for _count in range(READER["pages"] + 1):
        try:
            told = json.loads(answer.readline(_LONGEST_LINE))
            end, size = told.get("end"), int(told.get("size", 0))
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
            break
        if end == "read":
            return
        if end is not None:
            raise Invalid(end if end in ENDS else "scan_unreadable", most=READER["pages"])
        if not 0 <= size <= READER["octets"]:
            break
        picture = answer.read(size)
        if not (picture.startswith(_JPEG) and len(picture) == size) and told.get("blank") is not True:
            break
        yield told, picture
    raise Invalid("scan_unreadable")


def _codes(told: object) -> tuple[tuple[str, str], ...]:
    given = told if isinstance(told, list) else []
    pairs = (one for one in given if isinstance(one, list) and len(one) == 2)
    return tuple(
        (kind, text[:_LONGEST_CODE]) for kind, text in pairs if isinstance(kind, str) and isinstance(text, str)
    )
