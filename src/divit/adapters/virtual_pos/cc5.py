"""CC5Request and CC5Response: the bank's small XML, written and read without ever expanding anything."""

from xml.parsers import expat
from xml.sax.saxutils import escape

_DEEPEST = 6


class Malformed(ValueError):
    """Not a CC5Response."""


def request(fields: dict[str, str], *, extra: dict[str, str] | None = None) -> str:
    """A CC5Request; all text is escaped."""
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in (extra or {}).items())
    return f'<?xml version="1.0" encoding="UTF-8"?><CC5Request>{body}<Extra>{inner}</Extra></CC5Request>'


def response(body: bytes) -> dict[str, str]:
    """The leaves of a CC5Response, those in Extra as `Extra.NAME`; the first of a name counts.

    A document type is refused outright (no entities, nothing to fetch), and so is deep nesting.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as problem:
        raise Malformed(str(problem)) from problem
    return reader.leaves


class _Reader:
    def __init__(self) -> None:
        self.leaves: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse

    def _refuse(self, *_what: object) -> None:
        raise Malformed("a document type has no business here")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._text.clear()
        if self._path[0] != "CC5Response" or len(self._path) > _DEEPEST:
            raise Malformed("not a CC5Response")

    def _end(self, _name: str) -> None:
        self.leaves.setdefault(".".join(self._path[1:]), "".join(self._text).strip())
        self._text.clear()
        self._path.pop()
