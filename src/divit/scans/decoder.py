"""Reads a scan where it can do no harm: a program of its own that knows nothing of Divit and may do nothing but count.

    python -I decoder.py LIMITS <file >answer

It gives up what it does not need before it looks at the file: more memory, more time, and any further open file, which
is to say disk and network too. The answer is a line of JSON for each page, followed by as many octets of picture as the
line says, and a last line that tells how it ended. Pictures are made anew from what can be seen: nothing else of the
file comes through.
"""

import io
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn

import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp
from PIL import (
    Image,
    ImageChops,
    ImageFilter,
    ImageOps,
    # Imported, they are known; later they would have to be opened. Many telephones' photos are MPO in a JPEG's coat.
    MpoImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
)

_SEEN = 2600  # pixels along the longer edge in which codes are looked for: A4 at 220 dpi
_KEPT = 2000  # and which the picture has: A4 at 170 dpi, in which handwriting stays legible
_SLIMMEST = 6  # times as long as wide: a receipt perhaps, never a form
_LARGE = 400_000  # octets of a picture above which a coarser one will do
_LONGEST_CODE = 80
_LONGEST_END = 100  # octets of the line that tells how it ended: there must be room for it
_CODES = {zxingcpp.BarcodeFormat.QRCode: "qr", zxingcpp.BarcodeFormat.Code128: "bar"}
_FORMATS = zxingcpp.BarcodeFormats(list(_CODES))
_IMAGES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"II*\0": "TIFF", b"MM\0*": "TIFF"}


class Unfit(Exception):
    """The file cannot be taken; the code says why."""


def main() -> None:
    """Read standard input, write standard output; what goes wrong is told, whatever it is."""
    limits: dict[str, int] = json.loads(sys.argv[1])
    content = sys.stdin.buffer.read()
    _give_up_rights(limits)
    ending: dict[str, object] = {"end": "read"}
    try:
        for page in _pages(content, limits):
            _tell(page, room=limits["octets"] - sys.stdout.buffer.tell())
    except Unfit as unfit:
        ending = {"end": unfit.args[0]}
    except MemoryError:
        ending = {"end": "scan_too_heavy"}
    except Exception:  # noqa: BLE001 - the outermost edge: decoders raise whatever a broken file makes them
        ending = {"end": "scan_unreadable"}
    _say(ending)


def _give_up_rights(limits: dict[str, int]) -> None:
    Image.preinit()  # what is imported later would have to be opened
    Image.MAX_IMAGE_PIXELS = limits["pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    # A second longer, so that it is told that its time is over before it is ended.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["octets"]),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),  # nor in the place of one that is closed
    ):
        resource.setrlimit(kind, (most, most))


def _pages(content: bytes, limits: dict[str, int]) -> Iterator[Image.Image]:
    """Every page as a picture of bounded size, upright as its file says."""
    if content.startswith(b"%PDF-"):
        yield from _of_pdf(content, limits)
        return
    kind = next((kind for begin, kind in _IMAGES.items() if content.startswith(begin)), None)
    if kind is None:
        raise Unfit("scan_kind_unknown")
    yield from _of_image(content, kind, limits)


def _of_pdf(content: bytes, limits: dict[str, int]) -> Iterator[Image.Image]:
    try:
        book = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as problem:
        locked = problem.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Unfit("scan_encrypted" if locked else "scan_unreadable") from None
    count = len(book)
    if count > limits["pages"]:
        raise Unfit("scan_too_many_pages")
    for number in range(count):
        page = book[number]
        width, height = page.get_size()
        _check_shape(width, height)
        for image in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,)):
            across, down = image.get_px_size()
            if across * down > limits["pixels"]:
                raise Unfit("scan_too_large")
        # By the picture that comes of it, not by what the page says of its size: that may be a football field.
        bitmap = page.render(scale=_SEEN / max(width, height), may_draw_forms=False)
        yield bitmap.to_pil().convert("RGB")
        bitmap.close()
        page.close()


def _of_image(content: bytes, kind: str, limits: dict[str, int]) -> Iterator[Image.Image]:
    try:
        image = Image.open(io.BytesIO(content), formats=[kind])
        for number in range(getattr(image, "n_frames", 1) if kind == "TIFF" else 1):
            if number >= limits["pages"]:
                raise Unfit("scan_too_many_pages")
            image.seek(number)
            if image.width * image.height > limits["pixels"]:
                raise Unfit("scan_too_large")
            _check_shape(image.width, image.height)
            image.draft("RGB", (_SEEN, _SEEN))  # a JPEG is decoded no larger than it is needed
            yield _plain(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Unfit("scan_too_large") from None


def _plain(image: Image.Image) -> Image.Image:
    """Upright, opaque, RGB, of bounded size; what a camera wrote beside the picture stays behind."""
    if image.mode.startswith("I"):  # sixteen bits
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((_SEEN, _SEEN), reducing_gap=2.0)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        coloured = turned.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(paper, coloured).convert("RGB")
    return turned.convert("RGB")


def _check_shape(width: float, height: float) -> None:
    if min(width, height) <= 0 or max(width, height) > _SLIMMEST * min(width, height):
        raise Unfit("scan_odd_shape")


def _tell(page: Image.Image, *, room: int) -> None:
    grey = page.convert("L")
    found = [code for code in zxingcpp.read_barcodes(grey, formats=_FORMATS, try_invert=False) if code.format in _CODES]
    if not found and _is_blank(grey):
        told: dict[str, object] = {"blank": True, "size": 0}
        picture = b""
    else:
        picture = _picture(page, turn=_lies_at(found))
        codes = [[_CODES[code.format], code.text] for code in found if 0 < len(code.text) <= _LONGEST_CODE]
        told = {"codes": codes, "size": len(picture)}
    if len(json.dumps(told)) + len(picture) + _LONGEST_END > room:
        raise Unfit("scan_too_heavy")
    _say(told)
    sys.stdout.buffer.write(picture)


def _lies_at(found: list[Any]) -> int:
    """How far the first square code is turned, in quarters of a turn."""
    angle = next((code.orientation for code in found if _CODES[code.format] == "qr"), 0)
    return round(angle / 90) % 4


def _is_blank(grey: Image.Image) -> bool:
    """The empty back of a sheet: next to nothing on it is dark, its edges apart; a thin line counts as a thick one."""
    small = grey.resize((600, 840), Image.Resampling.BOX).filter(ImageFilter.MinFilter(3))
    small = small.resize((200, 280), Image.Resampling.NEAREST)
    inner = small.crop((10, 14, 190, 266))
    dark = sum(inner.histogram()[:150])
    return dark * 2000 < inner.width * inner.height


def _picture(page: Image.Image, *, turn: int) -> bytes:
    kept = page.copy()
    kept.thumbnail((_KEPT, _KEPT), Image.Resampling.LANCZOS)
    if turn:
        kept = kept.rotate(90 * turn, expand=True)
    if _is_grey(kept):
        kept = kept.convert("L")
    for quality in (75, 50):
        out = io.BytesIO()
        kept.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= _LARGE:
            break
    return out.getvalue()


def _is_grey(page: Image.Image) -> bool:
    small = page.resize((150, 150))
    red, green, blue = small.split()
    return all(max(ImageChops.difference(green, other).histogram()[20:]) == 0 for other in (red, blue))


def _say(told: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    sys.stdout.buffer.flush()


def _quietly() -> NoReturn:
    main()
    sys.exit(0)


if __name__ == "__main__":
    _quietly()
