"""How long scanned forms take to be read: `python bench/scans.py [pages]` prints the figures.

Each page is a sheet with a QR code and a barcode as the forms have them, grey and noisy as an office scanner sees it.
"""

import io
import platform
import resource
import sys
import time

import segno
from PIL import Image, ImageDraw

from divit.applications.form.barcode import code128
from divit.scans.reading import read

MARK = "D7K3-M9Q2PA/QSJQJCDVGB7SQHL4"
DPI = 200


def sheet() -> Image.Image:
    """One page with both codes and a page full of lines, at 200 dpi."""
    page = Image.new("RGB", (1654, 2339), "white")
    code = io.BytesIO()
    segno.make(MARK, error="m", micro=False).save(code, kind="png", scale=6)
    page.paste(Image.open(code).convert("RGB"), (1290, 90))
    pen, across = ImageDraw.Draw(page), 126.0
    for at, width in enumerate(code128(MARK.partition("/")[0])):
        if at % 2 == 0:
            pen.rectangle((across, 180, across + width * 3 - 1, 260), fill="black")
        across += width * 3
    for down in range(420, 2250, 34):
        for word in range(126, 1500, 90):
            pen.rectangle((word, down, word + 20 + down * word % 60, down + 12), fill="black")
    return Image.blend(page, Image.effect_noise(page.size, 60).convert("RGB"), 0.15)


def main(pages: int) -> None:
    """Print the figures for a file of so many pages, and for one of a single page."""
    print(f"Python {platform.python_version()}, {platform.machine()}")
    page = sheet()
    for count in (1, pages):
        out = io.BytesIO()
        page.save(out, "PDF", save_all=True, append_images=[page] * (count - 1), resolution=DPI)
        begun = time.perf_counter()
        found = read(out.getvalue())
        took = time.perf_counter() - begun
        assert len(found.pages) == count
        assert all(("qr", MARK) in one.codes for one in found.pages)
        size = sum(len(one.picture) for one in found.pages) / count / 1000
        print(
            f"{count:4} pages, {len(out.getvalue()) / 1e6:5.1f} MB: {took:6.2f} s, {took / count:5.2f} s a page,"
            f" a picture has {size:.0f} KB"
        )
    print(f"largest resident size of the reader {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
