"""Hostile files: each is refused by its own name before it can cost anything, and none ends the process."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest

from divit.kernel.errors import Invalid
from divit.rosters.packages import MOST_ENTRIES
from divit.rosters.reading import MOST_OCTETS, read
from divit.rosters.words import REFUSALS
from tests.unit.rosters.making import GOOD, HEADS, by_hand, packed, parts, row_xml, xlsx

ROWS = row_xml(1, HEADS) + row_xml(2, GOOD)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MILLION = 1 << 20


def with_parts(**more: bytes | str) -> bytes:
    return packed(parts(ROWS, **more))


def with_sheet(xml: str | bytes) -> bytes:
    return packed(parts(ROWS, **{"xl/worksheets/sheet1.xml": xml}))


def lying(content: bytes, *, size: int) -> bytes:
    """The last entry's uncompressed size told wrongly, in both places."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        offset = archive.infolist()[-1].header_offset
    told = bytearray(content)
    told[offset + 22 : offset + 26] = struct.pack("<I", size)
    central = content.rindex(b"PK\x01\x02")
    told[central + 24 : central + 28] = struct.pack("<I", size)
    return bytes(told)


def flagged(content: bytes) -> bytes:
    """Every entry said to be encrypted."""
    told = bytearray(content)
    for signature, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = -1
        while (start := content.find(signature, start + 1)) >= 0:
            told[start + place] |= 1
    return bytes(told)


def doubled() -> bytes:
    out = io.BytesIO(packed(parts(ROWS)))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    return out.getvalue()


def with_doctype(inside: str, entity: str) -> str:
    cell = f'<row><c t="str"><v>{entity}</v></c></row>'
    return f"<!DOCTYPE w [{inside}]><worksheet><sheetData>{cell}</sheetData></worksheet>"


def laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return with_doctype(f'<!ENTITY l0 "ha">{entities}', "&l9;")


def refusal(content: bytes) -> str:
    """The code by which it is refused; nothing when it is read."""
    try:
        read(content, file_name="liste.xlsx")
    except Invalid as wrong:
        return wrong.code
    return ""


EXTERNAL = with_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;")
PARAMETER = with_doctype('<!ENTITY % x SYSTEM "http://192.0.2.1/x">%x;', "")

FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    # other kinds of file
    "nothing": (lambda: b"", "roster_empty"),
    "spaces": (lambda: b"\xef\xbb\xbf \r\n\t\n", "roster_empty"),
    "old Excel": (lambda: OLE + b"\x00" * 600, "roster_old_excel"),
    "with a password": (lambda: OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "roster_encrypted"),
    "PDF": (lambda: b"%PDF-1.7\n...", "roster_other_kind"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 30, "roster_other_kind"),
    "RTF": (lambda: b"{\\rtf1 x}", "roster_other_kind"),
    "web page named xls": (lambda: b"\r\n<html><table><tr><td>TCKN", "roster_web_page"),
    "XML spreadsheet": (lambda: b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "roster_web_page"),
    "gzip": (lambda: b"\x1f\x8b\x08" + b"\x00" * 20, "roster_zipped"),
    "RAR": (lambda: b"Rar!\x1a\x07\x00", "roster_zipped"),
    "machine code": (lambda: b"MZ\x90\x00\x03\x00\x00\x00", "roster_not_readable"),
    "zip with a list in it": (lambda: packed({"liste.xlsx": xlsx(HEADS, GOOD)}), "roster_zipped"),
    "zip of something": (lambda: packed({"a.txt": "x"}), "roster_not_readable"),
    "empty zip": (lambda: packed({}), "roster_not_readable"),
    "word": (lambda: with_parts(**{"word/document.xml": "<x/>"}), "roster_other_kind"),
    "OpenDocument": (lambda: packed({"mimetype": "x", "content.xml": "<x/>"}), "roster_open_document"),
    "binary Excel": (lambda: with_parts(**{"xl/workbook.bin": b"x"}), "roster_binary_excel"),
    "macros": (lambda: with_parts(**{"xl/vbaProject.bin": b"x"}), "roster_macros"),
    "old macros": (lambda: with_parts(**{"xl/macrosheets/sheet1.xml": "<x/>"}), "roster_macros"),
    "embedded": (lambda: with_parts(**{"xl/embeddings/Kitap1.xlsx": b"PK"}), "roster_embedded"),
    # the archive
    "cut": (lambda: xlsx(HEADS, GOOD)[:-300], "roster_not_readable"),
    "only a signature": (lambda: b"PK\x03\x04", "roster_not_readable"),
    "many entries": (lambda: with_parts(**{f"x{n}": b"" for n in range(MOST_ENTRIES)}), "roster_swollen"),
    "one bomb": (lambda: with_parts(**{"xl/media/x": b"\x00" * (40 * MILLION)}), "roster_swollen"),
    "a bomb for a sheet": (lambda: with_sheet(b" " * (30 * MILLION)), "roster_swollen"),
    "larger together": (
        lambda: packed(parts(ROWS, **{f"xl/x{n}": bytes(200_000) for n in range(400)}), method=zipfile.ZIP_DEFLATED),
        "roster_swollen",
    ),
    "a name twice": (doubled, "roster_not_readable"),
    "a name in other letters": (lambda: with_parts(**{"XL/Workbook.xml": "<x/>"}), "roster_not_readable"),
    "a path upwards": (lambda: with_parts(**{"../../etc/x.xml": "<x/>"}), "roster_not_readable"),
    "a path from the root": (lambda: with_parts(**{"/etc/x.xml": "<x/>"}), "roster_not_readable"),
    "another compression": (lambda: packed(parts(ROWS), method=zipfile.ZIP_LZMA), "roster_not_readable"),
    "encrypted entries": (lambda: flagged(packed(parts(ROWS))), "roster_encrypted"),
    "told too small": (lambda: lying(packed(parts(ROWS)), size=20), "roster_not_readable"),
    "told too large": (lambda: lying(packed(parts(ROWS)), size=100_000), "roster_not_readable"),
    # the XML
    "a billion laughs": (lambda: with_sheet(laughs()), "roster_not_readable"),
    "laughs in UTF-16": (lambda: with_sheet(laughs().encode("utf-16")), "roster_not_readable"),
    "a file of this machine": (lambda: with_sheet(EXTERNAL), "roster_not_readable"),
    "a page of another": (lambda: with_sheet(PARAMETER), "roster_not_readable"),
    "a document type elsewhere": (lambda: with_parts(**{"xl/workbook.xml": laughs()}), "roster_not_readable"),
    "in the shared texts": (lambda: with_parts(**{"xl/sharedStrings.xml": laughs()}), "roster_not_readable"),
    "nested": (lambda: with_sheet("<x>" * 100_000 + "</x>" * 100_000), "roster_not_readable"),
    "not well-formed": (lambda: with_sheet("<worksheet><row></worksheet>"), "roster_not_readable"),
    "another encoding": (
        lambda: with_sheet('<?xml version="1.0" encoding="zx-81"?><worksheet/>'),
        "roster_not_readable",
    ),
    "a text that is not there": (lambda: by_hand('<row r="2"><c t="s"><v>9</v></c></row>'), "roster_not_readable"),
    "a text before the first": (lambda: by_hand('<row r="2"><c t="s"><v>-1</v></c></row>'), "roster_not_readable"),
    "rows backwards": (lambda: by_hand('<row r="1"><c r="A1"><v>9</v></c></row>'), "roster_not_readable"),
    "a row beyond all": (lambda: by_hand('<row r="99999999999"><c><v>9</v></c></row>'), "roster_not_readable"),
    "a cell of another row": (lambda: by_hand('<row r="2"><c r="A3"><v>9</v></c></row>'), "roster_not_readable"),
    "a cell without a name": (lambda: by_hand('<row r="2"><c r="2A"><v>9</v></c></row>'), "roster_not_readable"),
    "no workbook": (lambda: packed({"[Content_Types].xml": "<x/>", "_rels/.rels": "<x/>"}), "roster_not_readable"),
    "no sheet": (lambda: with_parts(**{"xl/workbook.xml": "<workbook/>"}), "roster_empty"),
    "a sheet that points out": (
        lambda: with_parts(
            **{"xl/_rels/workbook.xml.rels": '<R><Relationship Id="s1" Type="x/worksheet" Target="../../../x"/></R>'}
        ),
        "roster_not_readable",
    ),
    "a sheet elsewhere": (
        lambda: with_parts(
            **{
                "xl/_rels/workbook.xml.rels": '<R><Relationship Id="s1" Type="x/worksheet" TargetMode="External" '
                'Target="http://192.0.2.1/"/></R>'
            }
        ),
        "roster_empty",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_by_its_own_name(name: str) -> None:
    make, code = FILES[name]
    content = make()
    assert len(content) <= MOST_OCTETS
    tracemalloc.start()
    try:
        with pytest.raises(Invalid) as wrong:
            read(content, file_name="liste.xlsx")
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert wrong.value.code == code
    assert most < 40 * MILLION


@pytest.mark.parametrize("name", ["liste.xlsm", "LİSTE.XLSM", "liste.xltm"])
def test_a_file_named_for_macros_is_refused_whatever_it_holds(name: str) -> None:
    with pytest.raises(Invalid, match="roster_macros"):
        read(xlsx(HEADS, GOOD), file_name=name)


def test_what_amplifies_by_sharing_stays_small() -> None:
    """One long text and a hundred thousand cells that point to it: a reader that copies would fill the memory."""
    shared = f"<sst><si><t>{'x' * MILLION}</t></si></sst>"
    cells = "<c t='s'><v>0</v></c>" * 8
    rows = row_xml(1, HEADS) + "".join(f"<row r='{n}'>{cells}</row>" for n in range(2, 12_000))
    content = packed(parts(rows, **{"xl/sharedStrings.xml": shared}), method=zipfile.ZIP_STORED)
    assert len(content) < MOST_OCTETS
    tracemalloc.start()
    try:
        sheet = read(content, file_name="liste.xlsx")
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(sheet.lines[0].cells["tckn"]) == 500  # type: ignore[index]
    assert most < 100 * MILLION


def test_a_quoted_bomb_in_a_csv() -> None:
    content = ";".join(HEADS).encode() + b'\n"' + b"x" * (4 * MILLION) + b'"'
    with pytest.raises(Invalid, match="roster_quotes_broken"):
        read(content, file_name="liste.csv")


def test_octets_changed_anywhere_never_crash() -> None:
    """Every octet of a small good file flipped, one at a time."""
    content = by_hand(row_xml(2, GOOD))
    for place in range(len(content)):
        broken = bytearray(content)
        broken[place] ^= 0xFF
        assert refusal(bytes(broken)) in {"", *REFUSALS}


def test_xml_cut_or_changed_anywhere_never_crashes() -> None:
    """As above, but behind the archive's checksum, where the XML reader stands alone."""
    for name, xml in parts(ROWS).items():
        octets = xml.encode() if isinstance(xml, str) else xml
        for place in range(0, len(octets), max(1, len(octets) // 60)):
            for broken in (octets[:place], octets[:place] + bytes([octets[place] ^ 0x15]) + octets[place + 1 :]):
                assert refusal(packed(parts(ROWS, **{name: broken}))) in {"", *REFUSALS}


def test_zlib_is_never_asked_for_more_than_was_promised() -> None:
    """A stream longer than its directory says is cut off by its checksum or its length, not unpacked to its end."""
    stream = zlib.compress(b"<x/>" + b" " * (20 * MILLION))[2:-4]
    content = packed(parts(ROWS, **{"xl/zz.xml": stream}))
    assert len(read(content, file_name="liste.xlsx").lines) == 1  # never opened at all
