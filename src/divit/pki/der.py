"""DER, written and read strictly: the few shapes of X.680/X.690 that certificates, CRLs, OCSP and time-stamps need.

Everything Divit signs is encoded here and nowhere else, and is then read back by other parsers before it is signed
for real. Everything strangers send is read here: definite, minimal lengths only, no trailing bytes, every surprise
is `Malformed`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, ENUMERATED = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A
UTF8_STRING, PRINTABLE_STRING, IA5_STRING, UTC_TIME, GENERALIZED_TIME = 0x0C, 0x13, 0x16, 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31
_PRINTABLE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")


class Malformed(Exception):
    """These bytes are not the DER that was asked for."""


# --- writing -------------------------------------------------------------------------------------------------------


def start(tag: int, length: int) -> bytes:
    """Tag and minimal definite length of an element whose content comes separately."""
    if length < 0x80:
        return bytes((tag, length))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets


def tlv(tag: int, content: bytes) -> bytes:
    """One element: tag, minimal definite length, content."""
    return start(tag, len(content)) + content


def sequence(*parts: bytes) -> bytes:
    return tlv(SEQUENCE, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """SET OF, sorted as DER wants it (X.690 11.6)."""
    return tlv(SET, b"".join(sorted(parts)))


def explicit(number: int, content: bytes) -> bytes:
    """[number] EXPLICIT, or IMPLICIT over a constructed type."""
    return tlv(0xA0 | number, content)


def implicit(number: int, content: bytes) -> bytes:
    """[number] IMPLICIT over a primitive type."""
    return tlv(0x80 | number, content)


def integer(value: int) -> bytes:
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return tlv(INTEGER, value.to_bytes(size, "big", signed=True))


def enumerated(value: int) -> bytes:
    return tlv(ENUMERATED, bytes((value,)))


def boolean(value: bool) -> bytes:
    return tlv(BOOLEAN, b"\xff" if value else b"\x00")


def octets(value: bytes) -> bytes:
    return tlv(OCTET_STRING, value)


def bits(value: bytes, *, unused: int = 0) -> bytes:
    return tlv(BIT_STRING, bytes((unused,)) + value)


def named_bits(numbers: Iterable[int]) -> bytes:
    """A BIT STRING with named bits: trailing zeros left out (X.690 11.2.2)."""
    wanted = sorted(numbers)
    if not wanted:
        return bits(b"")
    size = wanted[-1] // 8 + 1
    value = sum(1 << (size * 8 - 1 - number) for number in wanted)
    return bits(value.to_bytes(size, "big"), unused=7 - wanted[-1] % 8)


def null() -> bytes:
    return tlv(NULL, b"")


def utf8(text: str) -> bytes:
    return tlv(UTF8_STRING, text.encode())


def printable(text: str) -> bytes:
    if not is_printable(text):
        raise ValueError("not a PrintableString")
    return tlv(PRINTABLE_STRING, text.encode("ascii"))


def ia5(text: str) -> bytes:
    return tlv(IA5_STRING, text.encode("ascii"))


def is_printable(text: str) -> bool:
    """Whether every character is open to a PrintableString (X.680 41.4)."""
    return _PRINTABLE.issuperset(text)


def oid(dotted: str) -> bytes:
    """An object identifier; arcs may be as large as a UUID (2.25)."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    out = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return tlv(OID, bytes(out))


def time(instant: datetime) -> bytes:
    """Time of RFC 5280 4.1.2.5: UTCTime through 2049, then GeneralizedTime; whole seconds."""
    at = instant.astimezone(UTC)
    if at.year < 2050:
        return tlv(UTC_TIME, at.strftime("%y%m%d%H%M%SZ").encode())
    return generalized_time(at)


def generalized_time(instant: datetime, *, milliseconds: bool = False) -> bytes:
    """GeneralizedTime in UTC; a fraction, where wanted, without trailing zeros."""
    at = instant.astimezone(UTC)
    fraction = f"{at.microsecond // 1000:03d}".rstrip("0") if milliseconds else ""
    return tlv(GENERALIZED_TIME, (at.strftime("%Y%m%d%H%M%S") + (f".{fraction}" if fraction else "") + "Z").encode())


# --- reading -------------------------------------------------------------------------------------------------------


class Element(NamedTuple):
    """One element as read: `whole` is tag, length and content together."""

    tag: int
    content: bytes
    whole: bytes

    def inside(self) -> "Reader":
        """Reads what the element contains."""
        return Reader(self.content)


class Reader:
    """Walks over a run of DER elements, strictly."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._data)

    def peek(self) -> int | None:
        """The next tag, or None at the end."""
        return self._data[self._at] if self else None

    def take(self, tag: int) -> Element:
        """The next element, which must have this tag."""
        element = self.any()
        if element.tag != tag:
            raise Malformed(f"tag {element.tag:#x} where {tag:#x} was due")
        return element

    def optional(self, tag: int) -> Element | None:
        """The next element if it has this tag."""
        return self.take(tag) if self.peek() == tag else None

    def any(self) -> Element:
        """The next element, whatever its tag (one octet; higher tags are nowhere in our formats)."""
        start, data = self._at, self._data
        if len(data) - start < 2:
            raise Malformed("cut off")
        tag, length, body = data[start], data[start + 1], start + 2
        if tag & 0x1F == 0x1F:
            raise Malformed("high tag")
        if length >= 0x80:
            size = length & 0x7F
            body += size
            field = data[start + 2 : body]
            if not 1 <= size <= 4 or len(field) != size or field[0] == 0:
                raise Malformed("length")
            length = int.from_bytes(field, "big")
            if length < 0x80:
                raise Malformed("length")
        end = body + length
        if end > len(data):
            raise Malformed("cut off")
        self._at = end
        return Element(tag, data[body:end], data[start:end])

    def all(self, tag: int) -> Iterator[Element]:
        """Every element left; each must have this tag."""
        while self:
            yield self.take(tag)

    def end(self) -> None:
        """Nothing may be left."""
        if self:
            raise Malformed("trailing bytes")


def whole(data: bytes, tag: int) -> Element:
    """The one element that the bytes are, to the last."""
    reader = Reader(data)
    element = reader.take(tag)
    reader.end()
    return element


def read_integer(element: Element, *, most_octets: int = 64) -> int:
    """A minimal INTEGER of bounded size."""
    content = element.content
    if not 1 <= len(content) <= most_octets:
        raise Malformed("integer size")
    if len(content) > 1 and (content[0], content[1] >> 7) in ((0x00, 0), (0xFF, 1)):
        raise Malformed("integer not minimal")
    return int.from_bytes(content, "big", signed=True)


def read_oid(element: Element, *, most_octets: int = 64) -> str:
    """An object identifier in dotted form."""
    content = element.content
    if not 1 <= len(content) <= most_octets or content[-1] & 0x80:
        raise Malformed("object identifier")
    arcs: list[int] = []
    value = 0
    fresh = True
    for octet in content:
        if fresh and octet == 0x80:
            raise Malformed("object identifier")
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - first * 40, *arcs[1:])))


def read_boolean(element: Element) -> bool:
    """TRUE or FALSE as DER spells them."""
    if element.content not in (b"\x00", b"\xff"):
        raise Malformed("boolean")
    return element.content == b"\xff"


@dataclass(frozen=True)
class Extension:
    """One extension of a certificate or message."""

    oid: str
    critical: bool
    value: bytes


def read_extensions(element: Element) -> list[Extension]:
    """Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension; a doubled one is malformed."""
    found: list[Extension] = []
    for item in whole(element.content, SEQUENCE).inside().all(SEQUENCE):
        reader = item.inside()
        name = read_oid(reader.take(OID))
        flag = reader.optional(BOOLEAN)
        critical = read_boolean(flag) if flag else False
        value = reader.take(OCTET_STRING).content
        reader.end()
        if any(name == other.oid for other in found):
            raise Malformed("doubled extension")
        found.append(Extension(name, critical, value))
    if not found:
        raise Malformed("no extensions")
    return found


def extension(name: str, value: bytes, *, critical: bool = False) -> bytes:
    """Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }."""
    return sequence(oid(name), boolean(True) if critical else b"", octets(value))
