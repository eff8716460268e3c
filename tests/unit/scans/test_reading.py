"""Forms that the product printed are read again, however they come back; and what reads them is not believed."""

import io
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from divit.applications.models import Application
from divit.kernel.errors import Invalid
from divit.scans import reading
from tests import paper

Page = Image.Image
CAMERA = Image.Exif()
CAMERA[0x010F] = "Gizlitelefon"
CAMERA[0x0112] = 6  # lies on its side; who shows it turns it


def codes(content: bytes) -> list[dict[str, str]]:
    """The codes of each page, by kind."""
    return [dict(page.codes) for page in reading.read(content).pages]


def sixteen_bits(page: Page) -> Page:
    return page.convert("I").point(lambda value: value * 256).convert("I;16")


CAME_BACK: dict[str, Callable[[Page], bytes]] = {
    "as it is": lambda page: paper.as_pdf(page),
    "a little askew": lambda page: paper.as_pdf(paper.turned(page, 4)),
    "upside down": lambda page: paper.as_pdf(paper.turned(page, 180)),
    "on its side": lambda page: paper.as_image(paper.turned(page, 90), quality=60),
    "worn": lambda page: paper.as_pdf(paper.worn(page)),
    "worn and askew": lambda page: paper.as_image(paper.worn(paper.turned(page, -8)), quality=40),
    "small": lambda page: paper.as_image(page.resize((827, 1169)), quality=70),
    "black and white": lambda page: paper.as_image(page.convert("1"), kind="TIFF", compression="group4"),
    "with a palette": lambda page: paper.as_image(page.convert("P"), kind="PNG"),
    "by a telephone with two lenses": lambda page: paper.as_image(page, page.resize((200, 283)), kind="MPO"),
    "by a telephone": lambda page: paper.as_image(page.resize((3000, 4242)), quality=80),
    "transparent": lambda page: paper.as_image(page.convert("RGBA"), kind="PNG"),
    "sixteen bits": lambda page: paper.as_image(sixteen_bits(page), kind="PNG"),
}


@pytest.mark.parametrize("how", CAME_BACK)
def test_the_code_is_read_however_the_form_comes_back(form: Page, row: Application, mark: str, how: str) -> None:
    (found,) = codes(CAME_BACK[how](form))
    assert found["qr"] == mark
    assert found.get("bar", row.reference) == row.reference


def test_what_is_shown_is_upright_whichever_way_it_was_laid(form: Page) -> None:
    reference = form.convert("L").resize((40, 60))
    for degrees in (0, 90, 180, 270):
        (page,) = reading.read(paper.as_image(paper.turned(form, degrees))).pages
        shown = Image.open(io.BytesIO(page.picture)).convert("L")
        assert shown.height > shown.width
        apart = ImageStat.Stat(ImageChops.difference(shown.resize((40, 60)), reference)).mean[0]
        assert apart < 4, degrees


def test_only_what_can_be_seen_comes_through(form: Page) -> None:
    content = paper.as_image(paper.turned(form, 90), exif=CAMERA) + b"PK\3\4<script>alert(1)</script>"
    (page,) = reading.read(content).pages
    for secret in (b"Gizlitelefon", b"Exif", b"script", b"PK\3\4"):
        assert secret not in page.picture
    shown = Image.open(io.BytesIO(page.picture))
    assert (shown.format, max(shown.size)) == ("JPEG", 2000)
    assert not shown.getexif()
    assert len(page.picture) < 500_000


def test_pages_and_their_empty_backs(form: Page, mark: str) -> None:
    for content in (
        paper.as_pdf(form, paper.empty(), form),
        paper.as_image(form, paper.empty(), form, kind="TIFF", compression="tiff_lzw"),
    ):
        found = reading.read(content)
        assert ([page.number for page in found.pages], found.blank) == ([1, 3], 1)
        assert all(dict(page.codes)["qr"] == mark for page in found.pages)


def test_a_page_with_a_signature_alone_is_no_empty_one() -> None:
    page = paper.empty(dpi=200)
    stroke = [(500 + 4 * step, 1900 + 60 * math.sin(step / 6)) for step in range(120)]
    ImageDraw.Draw(page).line(stroke, fill=(20, 40, 150), width=3)
    assert reading.read(paper.as_pdf(page, paper.empty(dpi=200))).blank == 1


def test_two_forms_on_one_glass_are_both_seen(form: Page, mark: str) -> None:
    (page,) = reading.read(paper.as_pdf(paper.beside(form, form))).pages
    assert page.codes.count(("qr", mark)) == 2


def test_a_page_without_a_code_is_shown_all_the_same(form: Page) -> None:
    (page,) = reading.read(paper.as_image(paper.without_codes(form))).pages
    assert page.codes == ()
    assert page.picture


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{",
        b'{"end": "all is well"}\n',
        b'{"end": 7}\n',
        b"[]\n",
        b"7\n",
        b'{"size": "many"}\n',
        b'{"size": -5, "codes": []}\n{"end": "read"}\n',
        b'{"size": -5, "blank": true}\n{"end": "read"}\n',
        b'{"size": Infinity}\n',
        b'{"size": 1e999}\n',
        b'{"size": 99999999999999999999}\n',
        b'{"size": 4000000000000000}\n',
        b'{"size": 4, "codes": []}\n<htm{"end": "read"}\n',
        b'{"size": 9999999, "codes": []}\n\xff\xd8\xff\xe0{"end": "read"}\n',
        b'{"size": 4, "codes": []}\n\xff\xd8\xff\xe0',
        b"[" * 9000 + b"\n",
        b'{"blank": true, "size": 0}\n' * 200,
    ],
)
def test_what_the_reader_answers_is_not_believed(said: bytes) -> None:
    with pytest.raises(Invalid, match="scan_unreadable"):
        reading._read_answer(io.BytesIO(said))


def test_codes_are_taken_as_text_and_cut(tmp_path: object) -> None:
    told = {"size": 4, "codes": [["qr", "x" * 500], ["qr"], "qr", [1, 2], None]}
    said = json.dumps(told).encode() + b"\n\xff\xd8\xff\xe0" + b'{"end": "read"}\n'
    (page,) = reading._read_answer(io.BytesIO(said)).pages
    assert page.codes == (("qr", "x" * 80),)


def test_the_reader_can_open_nothing_and_knows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked to tell all it can: no environment, no file, no connection; nor in the place of what it was given."""
    monkeypatch.setenv("DIVIT_GIZLI", "sır")
    spy = reading._DECODER.read_text().replace(
        "def _pages(content: bytes, limits: dict[str, int]) -> Iterator[Image.Image]:",
        "def _spied() -> list[str]:\n"
        "    import os, socket\n"
        "    could = sorted(name for name in os.environ if 'DIVIT' in name)\n"
        "    os.close(0)\n"
        "    for name, act in (('file', lambda: open('/etc/passwd')), ('net', socket.socket), ('pipe', os.pipe)):\n"
        "        try:\n"
        "            act()\n"
        "            could.append(name)\n"
        "        except OSError:\n"
        "            pass\n"
        "    return could\n\n\n"
        "def _pages(content: bytes, limits: dict[str, int]) -> Iterator[Image.Image]:\n"
        "    _say({'size': 4, 'codes': [['qr', repr(_spied())]]})\n"
        "    sys.stdout.buffer.write(bytes([255, 216, 255, 224]))\n"
        "    return iter(())\n\n\n"
        "def _unused(content: bytes, limits: dict[str, int]) -> Iterator[Image.Image]:",
    )
    place = tmp_path / "decoder.py"
    place.write_text(spy.replace("import zxingcpp", "import os, socket\nimport zxingcpp"))
    monkeypatch.setattr(reading, "_DECODER", place)
    (page,) = reading.read(b"anything").pages
    assert page.codes == (("qr", "[]"),)
