"""Paper as it comes out of a scanner or a telephone, made from the forms that the product itself prints."""

import io
import random
import zlib
from collections.abc import Sequence

import pypdfium2
from PIL import Image, ImageDraw, ImageFilter

A4_POINTS = (595, 842)


def sheet(pdf: bytes, *, dpi: int = 200) -> Image.Image:
    """The printed form, signed in blue ink."""
    book = pypdfium2.PdfDocument(pdf)
    page: Image.Image = book[0].render(scale=dpi / 72).to_pil().convert("RGB")
    book.close()
    width, height = page.size
    pen = ImageDraw.Draw(page)
    stroke = [(width * (0.28 + 0.02 * step), height * (0.86 + 0.01 * (step % 2))) for step in range(8)]
    pen.line(stroke, fill=(20, 40, 150), width=max(2, dpi // 60))
    return page


def turned(page: Image.Image, degrees: float) -> Image.Image:
    """Laid into the scanner at an angle."""
    return page.rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)


def worn(page: Image.Image, *, seed: int = 1, specks: int = 4000) -> Image.Image:
    """Grey paper, out of focus, with noise and specks of dust, as a tired scanner sees it."""
    rough = Image.effect_noise(page.size, 60).convert("RGB")
    grey = Image.blend(page.filter(ImageFilter.GaussianBlur(1)), rough, 0.18)
    pen, chance = ImageDraw.Draw(grey), random.Random(seed)  # noqa: S311
    for _speck in range(specks):
        x, y = chance.randrange(page.width), chance.randrange(page.height)
        pen.ellipse((x, y, x + chance.randrange(1, 4), y + chance.randrange(1, 4)), fill=(90, 90, 90))
    return grey


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Two sheets on one glass."""
    both = Image.new("RGB", (left.width + right.width, max(left.height, right.height)), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    return both


def empty(*, dpi: int = 100) -> Image.Image:
    """The back of a sheet, with the scanner's shadow at its edge."""
    page = Image.new("RGB", (dpi * 827 // 100, dpi * 1169 // 100), (250, 249, 246))
    ImageDraw.Draw(page).rectangle((0, 0, 6, page.height), fill=(60, 60, 60))
    return page


def without_codes(page: Image.Image) -> Image.Image:
    """Coffee over the QR code and the barcode."""
    stained = page.copy()
    ImageDraw.Draw(stained).rectangle((0, 0, page.width, page.height * 0.145), fill=(200, 170, 130))
    return stained


def as_pdf(*pages: Image.Image, dpi: int = 200) -> bytes:
    """As an office scanner sends it by mail."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return out.getvalue()


def as_image(*pages: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    """As a picture, or several in one TIFF."""
    out = io.BytesIO()
    several = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(out, kind, **several, **more)  # type: ignore[arg-type]
    return out.getvalue()


def pdf_of(objects: Sequence[bytes]) -> bytes:
    """A PDF by hand: object 1 is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, told in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, told)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    return out + head + table + b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, len(out))


def stream(head: bytes, octets: bytes) -> bytes:
    """A PDF stream; `head` is the inside of its dictionary."""
    return b"<<%s /Length %d>>\nstream\n%s\nendstream" % (head, len(octets), octets)


def page_of(
    contents: bytes, *, box: bytes = b"0 0 595 842", resources: bytes = b"", more: Sequence[bytes] = ()
) -> bytes:
    """A PDF of one page; `more` are objects from number 5 on."""
    return pdf_of(
        [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
            b"<</Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources <<%s>>>>" % (box, resources),
            stream(b"", contents),
            *more,
        ]
    )


def swollen(megabytes: int) -> bytes:
    """So many megabytes of nothing in a few kilobytes."""
    squeeze, block = zlib.compressobj(9), bytes(1 << 20)
    return b"".join(squeeze.compress(block) for _each in range(megabytes)) + squeeze.flush()
