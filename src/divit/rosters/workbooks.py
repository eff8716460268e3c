"""The visible sheets of an XLSX file, row by row: values only, formulas and dates marked, nothing outside followed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from divit.kernel.errors import Invalid
from divit.rosters import cells
from divit.rosters.cells import Cell
from divit.rosters.packages import Attributes, Package, resolve

MOST_FILLED_ROWS = 20_100  # the people, and what stands above them
MOST_COLUMNS = 100  # what stands further to the right is not looked at
_MOST_ROW = 1_048_576  # what a sheet can have
_MOST_CELLS = 4_000_000  # filled or merely coloured
_MOST_FILLED = 600_000
_MOST_TEXTS = 600_000
_MOST_SHEETS = 50
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])  # ECMA-376 18.8.30
_NOT_A_PLACEHOLDER = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.|_.|\*.")
_DAY_ZERO = date(1899, 12, 30)

Row = tuple[int, dict[int, Cell]]  # its number as the person sees it, and the filled cells by place


def sheets(content: bytes) -> Iterator[list[Row]]:
    """The rows of each visible sheet that have something in them, in the order of the file.

    Raises `Invalid` as `Package` does, and roster_too_many_rows.
    """
    package = Package(content)
    book = _book_of(package)
    visible, links = _sheets_of(package, book)
    shared = _shared_texts(package, links.get("sharedStrings", ""))
    dates = _date_styles(package, links.get("styles", ""))
    for name in visible[:_MOST_SHEETS]:
        reader = _SheetReader(shared, dates)
        package.walk(name, start=reader.start, end=reader.end, text=reader.text)
        yield reader.rows


def _book_of(package: Package) -> str:
    found: list[str] = []

    def start(name: str, given: Attributes) -> None:
        if name == "Relationship" and given.get("Type", "").endswith("/officeDocument"):
            found.append(resolve("", given.get("Target", "")))

    package.walk("_rels/.rels", start=start)
    if not found:
        raise Invalid("roster_not_readable")
    return found[0]


def _sheets_of(package: Package, book: str) -> tuple[list[str], dict[str, str]]:
    """The parts of the visible worksheets, and the other parts by what they are to the book."""
    folder, _slash, name = book.rpartition("/")
    by_id: dict[str, tuple[str, str]] = {}

    def link(name: str, given: Attributes) -> None:
        if name == "Relationship" and given.get("TargetMode") != "External":
            kind = given.get("Type", "").rpartition("/")[2]
            by_id[given.get("Id", "")] = (kind, resolve(book, given.get("Target", "")))

    package.walk(f"{folder}/_rels/{name}.rels".lstrip("/"), start=link)
    visible: list[str] = []

    def sheet(name: str, given: Attributes) -> None:
        if name != "sheet" or given.get("state", "visible") != "visible":
            return
        reference = next((value for key, value in given.items() if key.endswith(":id")), "")
        kind, part = by_id.get(reference, ("", ""))
        if kind == "worksheet" and part not in visible:
            visible.append(part)

    package.walk(book, start=sheet)
    return visible, dict(by_id.values())


def _shared_texts(package: Package, part: str) -> list[Cell]:
    """The texts that cells point to: each is made plain once, however many cells share it."""
    texts: list[Cell] = []
    parts: list[str] = []
    within: list[str] = []

    def start(name: str, _given: Attributes) -> None:
        within.append(name)
        if name == "si":
            parts.clear()

    def end(name: str) -> None:
        within.pop()
        if name == "si":
            texts.append(cells.cell(_unescaped("".join(parts))))
            if len(texts) > _MOST_TEXTS:
                raise Invalid("roster_swollen")

    def text(piece: str) -> None:
        # rPh is how a text is pronounced, in East Asian files.
        if within[-1] == "t" and "rPh" not in within:
            parts.append(piece)

    if part:
        package.walk(part, start=start, end=end, text=text)
    return texts


def _unescaped(text: str) -> str:
    """What XML cannot hold is written as _xHHHH_ (ECMA-376 22.4.2.4)."""
    if "_x" not in text:
        return text
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), text)


def _date_styles(package: Package, part: str) -> frozenset[str]:
    """Which cell styles show their number as a date or a time."""
    own: dict[str, str] = {}
    styles: list[str] = []
    within: list[str] = []

    def end(_name: str) -> None:
        within.pop()

    def start(name: str, given: Attributes) -> None:
        if name == "numFmt":
            own[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif name == "xf" and within[-1:] == ["cellXfs"]:
            styles.append(given.get("numFmtId", "0"))
        within.append(name)

    if not part:
        return frozenset()
    package.walk(part, start=start, end=end)
    return frozenset(str(place) for place, code in enumerate(styles) if _is_date(code, own.get(code)))


def _is_date(code: str, pattern: str | None) -> bool:
    if pattern is None:
        return code.isascii() and code.isdigit() and len(code) < 4 and int(code) in _BUILT_IN_DATES
    return bool(re.search(r"[dmyhsDMYHS]", _NOT_A_PLACEHOLDER.sub("", pattern[:255])))


@dataclass
class _SheetReader:
    """Gathers the filled cells of one sheet while its XML passes by."""

    shared: list[Cell]
    dates: frozenset[str]
    rows: list[Row] = field(default_factory=list)
    _row: int = 0
    _column: int = -1
    _seen: int = 0
    _kept: int = 0
    _filled: dict[int, Cell] = field(default_factory=dict)
    _kind: str = ""
    _style: str = ""
    _formula: bool = False
    _inside: str = ""  # "v" or "t" while their text passes by
    _phonetic: bool = False
    _pieces: list[str] = field(default_factory=list)

    def start(self, name: str, given: Attributes) -> None:
        if name == "c":
            self._begin_cell(given)
        elif name in ("v", "t"):
            self._inside = name
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._begin_row(given)
        elif name == "rPh":
            self._phonetic = True

    def text(self, piece: str) -> None:
        if self._inside and not self._phonetic:
            self._pieces.append(piece)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._inside = ""
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if self._filled:
                self.rows.append((self._row, self._filled))
                if len(self.rows) > MOST_FILLED_ROWS:
                    raise Invalid("roster_too_many_rows")
        elif name == "rPh":
            self._phonetic = False

    def _begin_row(self, given: Attributes) -> None:
        number = given.get("r", str(self._row + 1))
        if not (number.isascii() and number.isdigit() and len(number) < 8) or not self._row < int(number) <= _MOST_ROW:
            raise Invalid("roster_not_readable")
        self._row, self._column, self._filled = int(number), -1, {}

    def _begin_cell(self, given: Attributes) -> None:
        self._seen += 1
        if self._seen > _MOST_CELLS:
            raise Invalid("roster_swollen")
        self._column = _place(given["r"], row=self._row) if "r" in given else self._column + 1
        self._kind, self._style, self._formula = given.get("t", "n"), given.get("s", "0"), False
        self._pieces.clear()

    def _end_cell(self) -> None:
        raw = "".join(self._pieces) if self._pieces else ""
        self._pieces.clear()
        found = self._understood(raw)
        if self._column >= MOST_COLUMNS or not (found.text or self._formula):
            return
        self._kept += 1
        if self._kept > _MOST_FILLED:
            raise Invalid("roster_swollen")
        # The result that a formula was saved with is shown to be corrected, never taken for what somebody wrote.
        self._filled[self._column] = Cell(found.text, cells.FORMULA) if self._formula else found

    def _understood(self, raw: str) -> Cell:
        if self._kind == "s":
            place = raw.strip()
            if not (place.isascii() and place.isdigit() and len(place) < 9 and int(place) < len(self.shared)):
                if not place:
                    return cells.cell("")
                raise Invalid("roster_not_readable")
            return self.shared[int(place)]
        if self._kind in ("inlineStr", "str"):
            return cells.cell(_unescaped(raw[: cells.LONGEST * 8]))
        if self._kind == "e":
            return cells.cell(raw, cells.ERROR)
        if self._kind == "d" or (raw and self._style in self.dates):
            return cells.cell(_day(raw), cells.DATE)
        return cells.cell(cells.number(raw))


def _place(reference: str, *, row: int) -> int:
    """The place of a column from the name of a cell: A5 is 0, AB5 is 27; the row must be the one that it stands in."""
    found = _REFERENCE.fullmatch(reference)
    if not found or int(found[2]) != row:
        raise Invalid("roster_not_readable")
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _day(raw: str) -> str:
    try:
        return f"{_DAY_ZERO + timedelta(days=int(Decimal(raw[:40].strip()))):%d.%m.%Y}"
    except (InvalidOperation, ValueError, OverflowError):
        return raw
