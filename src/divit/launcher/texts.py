"""The interface in two languages: msgids from templates and Python, catalogues per room, checked and compiled by Babel.

    python -m divit.launcher.texts update [room …]   adds new texts to the rooms' catalogues, drops unused ones
    python -m divit.launcher.texts check [room …]    1 and a list when a text lacks its English
    python -m divit.launcher.texts compile           writes the .mo files that Django reads

A room is a package below `divit` with a `locale` folder; a slice of the portal (`portal/<slice>`) may have its own,
to which the templates in `portal/templates/portal/<slice>/` then belong too.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1]
LANGUAGE = "en"
_KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
}
_UNSAID = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Project-Id-Version)'
    r":.*\n",
    re.MULTILINE,
)
_LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_CALL = re.compile(rf"\b(gettext|ngettext|pgettext|_)\(\s*({_LITERAL})(?:\s*,\s*({_LITERAL}))?", re.DOTALL)

Text = tuple[str | tuple[str, str], str | None, str, int]  # msgid (or singular and plural), context, file, line


def home_of(file: Path) -> Path:
    """The room (or slice) whose catalogue holds the texts of this file."""
    parts = file.relative_to(PACKAGE).parts
    if parts[:3] == ("portal", "templates", "portal") and len(parts) > 4:
        parts = ("portal", parts[3], parts[-1])
    homes = [PACKAGE.joinpath(*parts[:depth]) for depth in range(len(parts) - 1, 1, -1)]
    return next((home for home in homes if (home / "locale").is_dir()), PACKAGE / parts[0])


def texts_in(file: Path) -> Iterator[Text]:
    """Every text of one source file that is to be translated."""
    name = file.relative_to(PACKAGE).as_posix()
    if file.suffix == ".html":
        source = templatize(file.read_text(), origin=name)
        for call in _CALL.finditer(source):
            function, *given = call.groups()
            first, second = (str(ast.literal_eval(part)) if part else "" for part in given)
            line = source.count("\n", 0, call.start()) + 1
            if function == "ngettext":
                yield (first, second), None, name, line
            elif function == "pgettext":
                yield second, first, name, line
            else:
                yield first, None, name, line
        return
    for line, function, message, _comments in extract_python(io.BytesIO(file.read_bytes()), _KEYWORDS, [], {}):
        yield from _from_call(str(function), message, name, line)


def _from_call(function: str, message: Any, name: str, line: int) -> Iterator[Text]:
    parts = message if isinstance(message, tuple) else (message,)
    spec = _KEYWORDS[function]
    if spec is None:
        wanted = parts[:1]
        if isinstance(wanted[0], str) and wanted[0]:
            yield wanted[0], None, name, line
    elif spec == (1, 2):
        yield (parts[0], parts[1]), None, name, line
    elif isinstance(parts[1], str):
        yield parts[1], parts[0], name, line


def sources() -> Iterator[Path]:
    """Every file that may hold texts; the simulated neighbours speak for themselves."""
    for file in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")]):
        room = file.relative_to(PACKAGE).parts[0]
        if room not in {"world", "launcher"} and not {"migrations", "__pycache__"} & set(file.parts):
            yield file


def wanted() -> dict[Path, Catalog]:
    """For each room the catalogue as the sources demand it, still without translations."""
    catalogues: dict[Path, Catalog] = {}
    for file in sources():
        for message, context, name, line in texts_in(file):
            catalogue = catalogues.setdefault(home_of(file), _empty())
            catalogue.add(message, locations=[(name, line)], context=context, flags=_flags(message))
    return catalogues


def _empty() -> Catalog:
    return Catalog(locale=LANGUAGE, fuzzy=False, header_comment="# English texts of Divit; msgid is the Turkish text.")


def _flags(message: str | tuple[str, str]) -> list[str]:
    text = message if isinstance(message, str) else message[1]
    return ["python-format"] if re.search(r"%\(\w+\)[sd]", text) else []


def po_of(room: Path) -> Path:
    """Where the room keeps its English."""
    return room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def kept(room: Path) -> Catalog:
    """The room's catalogue as it stands; empty when there is none."""
    path = po_of(room)
    if not path.exists():
        return _empty()
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def chosen(names: list[str]) -> Iterator[tuple[Path, Catalog]]:
    """The rooms of these names, or all."""
    for room, catalogue in sorted(wanted().items()):
        if not names or room.relative_to(PACKAGE).as_posix() in names:
            yield room, catalogue


def update(names: list[str]) -> None:
    """Writes each room's catalogue anew: translations stay, new texts come without one, unused ones go."""
    for name in names:
        (PACKAGE / name / "locale").mkdir(exist_ok=True)
    for room, catalogue in chosen(names):
        old = kept(room)
        for message in catalogue:
            before = old.get(message.id, message.context) if message.id else None
            if before is not None and not before.fuzzy:
                message.string = before.string
            message.locations = sorted({(name, 0) for name, _line in message.locations})
        path = po_of(room)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            # Without line numbers and dates, so that a catalogue changes only when a text does.
            write_po(file, catalogue, include_lineno=False, omit_header=False, sort_output=True, width=120)
        path.write_text(_UNSAID.sub("", path.read_text()))


def faults(names: list[str]) -> list[str]:
    """What keeps the English from being complete: one line each."""
    found: list[str] = []
    said: dict[tuple[Any, str | None], tuple[Any, Path]] = {}
    for room, catalogue in chosen(names):
        have = kept(room)
        for message in catalogue:
            if not message.id:
                continue
            there = have.get(message.id, message.context)
            where = f"{room.relative_to(PACKAGE).as_posix()}: {message.id!r}"
            if there is None or not _whole(there.string):
                found.append(f"{where} has no translation")
            elif there.fuzzy:
                found.append(f"{where} is fuzzy")
            elif _placeholders(message.id) != _placeholders(there.string) and "plural" not in message.flags:
                found.append(f"{where} has other placeholders than its translation")
            else:
                other = said.setdefault((_key(message.id), message.context), (there.string, room))
                if other[0] != there.string:
                    found.append(f"{where} is translated otherwise in {other[1].relative_to(PACKAGE).as_posix()}")
    return found


def _key(message: Any) -> str:
    return message if isinstance(message, str) else str(message[0])


def _whole(text: Any) -> bool:
    return bool(text) and (isinstance(text, str) or all(text))


def _placeholders(text: Any) -> set[str]:
    parts = [text] if isinstance(text, str) else list(text)
    return {name for part in parts for name in re.findall(r"%\(\w+\)[sd]|\{\w+\}|%s|%d", part)}


def compile_all() -> int:
    """Compiles every catalogue whose .mo is missing or older; returns how many."""
    done = 0
    for path in sorted(PACKAGE.glob("**/locale/*/LC_MESSAGES/django.po")):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        with path.open("rb") as source:
            catalogue = read_po(source, locale=path.parts[-3])
        half = compiled.with_suffix(".half")
        with half.open("wb") as target:
            write_mo(target, catalogue)
        half.replace(compiled)
        done += 1
    return done


def main(arguments: list[str]) -> int:
    """Entry point."""
    command, *names = arguments or ["check"]
    if command == "update":
        update(names)
    elif command == "compile":
        sys.stdout.write(f"{compile_all()} compiled\n")
    elif command == "check":
        missing = faults(names)
        sys.stdout.write("".join(f"{line}\n" for line in missing) or "complete\n")
        return 1 if missing else 0
    else:
        sys.stdout.write(__doc__ or "")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
