"""How long a roster of 20,000 rows takes, read and checked: `python bench/roster.py [rows]` prints the figures.

The promise is ten seconds. There are only a hundred numbers for synthetic people, so each stands in the list many
times: every cell is judged, and every row has faults besides, which is the slowest case.
"""

import csv
import io
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from openpyxl import Workbook

from divit.cli.demo_people import synthetic_tckn
from divit.rosters.checks import Known, check
from divit.rosters.columns import HEADINGS
from divit.rosters.files import corrected
from divit.rosters.reading import MOST_ROWS, read

T = TypeVar("T")
KNOWN = Known(kinds={"ilk sertifika": "first", "yenileme": "renewal"}, quota_left=MOST_ROWS)


def people(rows: int) -> Iterator[list[str]]:
    """Invented people, as an institution would list them."""
    for number in range(rows):
        yield [
            synthetic_tckn(number % 100),
            "AYŞE IŞIL",
            "Öztürk-Çağlar",
            f"0505 {number // 10_000:03d} {number // 100 % 100:02d} {number % 100:02d}",
            f"kisi{number}@okul.example",
            "Bilgi İşlem Müdürlüğü",
            "Öğretmen",
            "İlk sertifika" if number % 2 else "YENİLEME",
        ]


def as_xlsx(rows: int) -> bytes:
    """With the T.C. kimlik no as a number, as people have it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Liste")
    sheet.append(list(HEADINGS.values()))
    for tckn, *rest in people(rows):
        sheet.append([int(tckn), *rest])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(rows: int) -> bytes:
    """As Excel writes it in Türkiye: semicolons, Windows-1254."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([list(HEADINGS.values()), *people(rows)])
    return out.getvalue().encode("cp1254")


def timed(what: str, act: Callable[[], T]) -> T:
    """The result of `act`; prints how long it took."""
    begun = time.perf_counter()
    result = act()
    print(f"  {what:<40}{time.perf_counter() - begun:8.2f} s")
    return result


def measure(kind: str, content: bytes) -> None:
    """Print the figures for one file."""
    print(f"{kind}, {len(content) / 1024:.0f} KB")
    told: list[int] = []
    begun = time.perf_counter()
    sheet = timed("read", lambda: read(content, file_name=f"liste.{kind}"))
    checked = timed("check", lambda: check(sheet, KNOWN, progress=lambda done, _total: told.append(done)))
    print(f"  {'read and check':<40}{time.perf_counter() - begun:8.2f} s, progress told {len(told)} times")
    what = f"corrected file of {len(checked.faulty_rows)} rows"
    timed(what, lambda: corrected(sheet, checked.faults, say=lambda fault: fault.code))


def main(rows: int) -> None:
    """Print the figures for both kinds of file."""
    print(f"{rows} rows; Python {platform.python_version()}, {platform.machine()}")
    measure("xlsx", as_xlsx(rows))
    measure("csv", as_csv(rows))
    print(f"largest resident size {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MOST_ROWS)
