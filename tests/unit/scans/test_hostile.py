"""Hostile files: each is refused by its own name, in bounded time and memory, and none ends more than its reader."""

import io
import struct
import time
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from pypdf import PdfWriter

from divit.kernel.errors import Invalid
from divit.scans import reading
from divit.scans.limits import READER
from divit.scans.words import REFUSALS
from tests import paper

Page = Image.Image


def png(width: int, height: int, data: bytes) -> bytes:
    """A grey PNG that says of itself what it likes."""

    def chunk(name: bytes, told: bytes) -> bytes:
        return struct.pack(">I", len(told)) + name + told + struct.pack(">I", zlib.crc32(name + told))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def locked(page: Page) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(paper.as_pdf(page.resize((400, 566)))))
    writer.encrypt("gizli", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def of_many_pages(count: int, *, told: int | None = None) -> bytes:
    """The same empty page again and again; `told` where it lies about how often."""
    kids = b" ".join(b"3 0 R" for _each in range(count))
    return paper.pdf_of(
        [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, told or count),
            b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]>>",
        ]
    )


def endless_tiff() -> bytes:
    """A picture whose next picture is itself."""
    content = bytearray(paper.as_image(Image.new("L", (80, 100), "black"), kind="TIFF"))
    (first,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, first)
    struct.pack_into("<I", content, first + 2 + 12 * entries, first)
    return bytes(content)


def picture_bomb(side: int, megabytes: int) -> bytes:
    """A page with one picture that is far larger than its file."""
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB" % (side, side)
    image = paper.stream(head + b" /BitsPerComponent 8 /Filter /FlateDecode", paper.swollen(megabytes))
    return paper.page_of(b"595 0 0 842 0 0 cm /X Do", resources=b"/XObject <</X 5 0 R>>", more=[image])


def laughing() -> bytes:
    """Ten drawings that each draw ten drawings that each … down to ten thousand million strokes."""
    deep = 10
    forms = []
    for level in range(deep):
        inner = b"/XObject <</X %d 0 R>>" % (5 + level + 1)
        told = b"/X Do " * 10 if level < deep - 1 else b"0 0 m 595 842 l S "
        head = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources <<%s>>"
        forms.append(paper.stream(head % (inner if level < deep - 1 else b""), told))
    return paper.page_of(b"/X Do", resources=b"/XObject <</X 5 0 R>>", more=forms)


REFUSED: dict[str, tuple[str, Callable[[Page], bytes]]] = {
    "half a JPEG": ("scan_unreadable", lambda page: paper.as_image(page)[:60_000]),
    "a JPEG that is none": ("scan_unreadable", lambda page: b"\xff\xd8\xff" + bytes(500)),
    "half a PNG": ("scan_unreadable", lambda page: paper.as_image(page, kind="PNG")[:50_000]),
    "a PDF that is none": ("scan_unreadable", lambda page: b"%PDF-1.7\n" + b"7 0 obj garbage" * 99),
    "a PDF without pages": ("scan_unreadable", lambda page: of_many_pages(0)),
    "a locked PDF": ("scan_encrypted", locked),
    "thousands of pages": ("scan_too_many_pages", lambda page: of_many_pages(5000)),
    "a picture of sixty thousand by sixty thousand": (
        "scan_too_large",
        lambda page: png(60_000, 60_000, paper.swollen(1)),
    ),
    "a picture as thin as a thread": ("scan_odd_shape", lambda page: png(1, 60_000, zlib.compress(bytes(120_000)))),
    "a page as thin as a thread": ("scan_odd_shape", lambda page: paper.page_of(b"", box=b"0 0 1 14400")),
    "a TIFF of many": (
        "scan_too_many_pages",
        lambda page: paper.as_image(*[Image.new("1", (70, 99))] * (READER["pages"] + 1), kind="TIFF"),
    ),
    "a page with a picture that is far too large": ("scan_too_large", lambda page: picture_bomb(16_000, 1)),
    "a script": ("scan_kind_unknown", lambda page: b"<html><script>alert(1)</script>%PDF-1.7"),
    "a picture of another kind in front": ("scan_kind_unknown", lambda page: b"GIF89a" + paper.as_pdf(page)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_each_is_refused_by_its_name(form: Page, what: str) -> None:
    code, make = REFUSED[what]
    content = make(form)
    began = time.monotonic()
    with pytest.raises(Invalid, match=code):
        reading.read(content)
    assert time.monotonic() - began < 8
    assert code in REFUSALS


def test_more_than_it_may_have_ends_the_reader_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    content = png(7000, 7000, paper.swollen(47))
    assert reading.read(content).blank == 0
    monkeypatch.setitem(READER, "memory", 120 << 20)
    assert reading.read(paper.as_image(Image.new("L", (800, 1000)))).blank == 0
    with pytest.raises(Invalid, match=r"scan_(too_heavy|unreadable)"):
        reading.read(content)


def test_who_works_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READER, "seconds", 1)
    monkeypatch.setattr(reading, "READER_PATIENCE", 20.0)
    with pytest.raises(Invalid, match="scan_too_heavy"):
        reading.read(laughing())
    monkeypatch.setitem(READER, "seconds", 60)
    monkeypatch.setattr(reading, "READER_PATIENCE", 1.0)
    with pytest.raises(Invalid, match="scan_too_heavy"):
        reading.read(laughing())


def test_more_than_may_come_of_it_is_told_as_what_it_is(form: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    content = paper.as_pdf(form, form)
    (first, _second) = reading.read(content).pages
    monkeypatch.setitem(READER, "octets", len(first.picture) + 1000)
    with pytest.raises(Invalid, match="scan_too_heavy"):
        reading.read(content)


def test_what_only_looks_dangerous_is_read(form: Page, mark: str) -> None:
    """A page as large as a football field, a picture that is followed by itself, a second file behind the first."""
    for content in (
        paper.as_pdf(form, dpi=3),
        endless_tiff(),
        paper.as_pdf(form) + b"PK\3\4" + b"<script>alert(1)</script>" * 50,
        paper.page_of(b"0 0 9000 9000 re f", box=b"0 0 14400 14400"),
    ):
        assert len(reading.read(content).pages) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "scan_empty"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "scan_is_heic"),
        (b"PK\3\4" + bytes(20), "scan_is_office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "scan_is_office"),
        (b"MZ\x90", "scan_kind_unknown"),
    ],
)
def test_what_people_take_for_a_scan_is_told_at_once(content: bytes, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        reading.check_kind(content)
    assert code in REFUSALS
    assert REFUSALS.keys() >= reading.ENDS
