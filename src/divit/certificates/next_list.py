"""The next list, made of the newest one and of what changed since: only blocks that change are written anew.

What stands in the blocks is believed no further than the authority's own signature over it reaches.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import IO

from divit.certificates import lists
from divit.certificates.list_models import PublishedCrl
from divit.certificates.models import Issuer
from divit.kernel.errors import Refused
from divit.pki.crl import check_issuer
from divit.pki.crl_entries import block_of, encoded, key_of, patched, removed, split
from divit.pki.crl_frame import Frame, Running, Sealed, seal
from divit.pki.crl_reader import Difference, Line, Reading, explained, line, refuse_if
from divit.pki.keystores.base import SigningKey

_IN_MEMORY = 4 << 20


class Unfounded(Exception):
    """The newest list, as it is kept, is not what its authority signed."""


class Blocks:
    """Blocks in the order of their names, in a file where they are many; read as often as wanted."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - lives as we do
        self._sizes: list[tuple[bytes, int]] = []

    def __enter__(self) -> "Blocks":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def clear(self) -> None:
        """None of what was put in."""
        self._sizes.clear()
        self._file.seek(0)
        self._file.truncate()

    def put(self, name: bytes, entries: bytes) -> None:
        """The next one."""
        self._file.seek(0, 2)
        self._file.write(entries)
        self._sizes.append((name, len(entries)))

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        at = 0
        for name, size in self._sizes:
            self._file.seek(at)
            yield name, self._file.read(size)
            at += size


@dataclass
class Draft:
    """What will be signed, and what must be written for it; `old` is the list that it is made of."""

    issuer: Issuer
    covers: int
    old: PublishedCrl | None
    blocks: Blocks
    entries: int = 0
    size: int = 0
    follows: int = 0
    differences: list[Difference] = field(default_factory=list)
    hashed: bytes = b""


def draft(issuer: Issuer, *, newest: PublishedCrl | None, covers: int, frame: Frame, into: Blocks) -> Draft:
    """The list that tells all statuses of this moment; to be read inside `lists.at_one_moment`. Blocks that change are
    put into `into`.

    Raises `Refused("crl_unexplained_difference")`, and `Unfounded` when the newest list does not verify.
    """
    made = Draft(issuer, covers, newest, into)
    if newest:
        made.entries, made.size = newest.entries, lists.size(issuer)
    try:
        _change(made, since=newest.covers if newest else 0)
    except (Refused, ValueError):
        if newest:  # perhaps it is the blocks that are wrong, and not the statuses
            _read(made, newest, Running(frame, size=made.size))
        raise
    running = Running(frame, size=made.size)
    if newest:
        _read(made, newest, running)
    else:
        for _name, entries in made.blocks:
            running.take(entries)
    made.hashed = running.digest()
    return made


def draft_anew(issuer: Issuer, *, covers: int, frame: Frame, into: Blocks) -> Draft:
    """The same of the statuses alone, whatever stands in the blocks; what was on the list before cannot be asked."""
    into.clear()
    made = draft(issuer, newest=None, covers=covers, frame=frame, into=into)
    for name in sorted(lists.names(issuer) - {name for name, _entries in into}):
        into.put(name, b"")
    return made


@dataclass(frozen=True)
class Delta:
    """A delta list that is to be signed."""

    frame: Frame
    entries: bytes
    base_number: int

    def signed(self, key: SigningKey) -> bytes:
        """DER, read again as the world will. Raises `Refused`."""
        sealed = seal(self.frame, [self.entries], size=len(self.entries), key=key)
        der = sealed.head + self.entries + sealed.tail
        check_issuer(der, issuer=self.frame.issuer, number=self.frame.number)
        return der


def delta(made: Draft, *, frame: Frame, relied_on: datetime) -> Delta | None:
    """The state of every serial of which lists said something new since the one that was the newest at that time.

    None where no list came before.
    """
    base = lists.base_for(made.issuer, at=relied_on)
    if base is None:
        return None
    changes = lists.changes_after(made.issuer, base.number)
    changes |= {one.key: one.entry for one in made.differences}
    entries = b"".join(changes[key] or removed(key, at=frame.this_update) for key in sorted(changes))
    return Delta(replace(frame, base_number=base.number, delta_url=""), entries, base.number)


def publish(made: Draft, sealed: Sealed) -> PublishedCrl:
    """The signed list in the place of the newest; expects an open transaction. Raises `Refused`, as `lists.publish`."""
    complete = lists.Complete(
        sealed=sealed, covers=made.covers, follows=made.follows, entries=made.entries, size=made.size
    )
    return lists.publish(made.issuer, complete, blocks_in=made.blocks, differences=made.differences)


def compare(issuer: Issuer, newest: PublishedCrl) -> None:
    """Whether the list is its authority's, and says octet for octet what the statuses say, each entry encoded anew.

    Only what changed after the list may differ. Raises `Refused`: crl_unexplained_difference, or what `Reading` raises.
    """
    reading = Reading(bytes(newest.head), bytes(newest.tail), size=newest.size)
    for _name, entries in lists.blocks(issuer):
        reading.take(entries)
    reading.finish(issuer=bytes(issuer.certificate))
    recent = {key_of(one.serial.int) for one in lists.changed(issuer, since=newest.covers)}
    left, wrong = lists.names(issuer), set[bytes]()
    found = lists.changed(issuer, since=0)
    for name, group in groupby(found, key=lambda one: block_of(key_of(one.serial.int))):
        left.discard(name)
        said = {key_of(one.serial.int): encoded(one.entry) for one in group if one.entry}
        wrong |= _differing(said, lists.block(issuer, name)) - recent
    for name in left:
        wrong |= _differing({}, lists.block(issuer, name)) - recent
    refuse_if(int.from_bytes(key[2:], "big") for key in wrong)


def _differing(said: dict[bytes, bytes], block: bytes) -> set[bytes]:
    if b"".join(said[key] for key in sorted(said)) == block:
        return set()
    stands = dict(split(block))
    return {key for key in {**said, **stands} if said.get(key) != stands.get(key)}


def _change(made: Draft, *, since: int) -> None:
    found = lists.changed(made.issuer, since=since)
    for name, group in groupby(found, key=lambda one: block_of(key_of(one.serial.int))):
        _change_block(made, name, list(group))


def _change_block(made: Draft, name: bytes, group: list[lists.Changed]) -> None:
    old = lists.block(made.issuer, name) if made.old else b""
    changes = {key_of(one.serial.int): encoded(one.entry) if one.entry else None for one in group}
    new = patched(old, changes)
    said: dict[int, Line | None] = {
        one.serial.int: line(one.entry.at, one.entry.reason) if one.entry else None for one in group
    }
    differences = explained(old, new, name=name, said=said)
    if not differences:
        return
    made.blocks.put(name, new)
    made.size += len(new) - len(old)
    made.entries += sum((one.entry is not None) - (one.was is not None) for one in differences)
    if made.old:  # the first list is all difference: nothing came before that could be made again
        made.differences += differences


def _read(made: Draft, old: PublishedCrl, running: Running) -> None:
    """The old list passes once, and in it the new one: the old one's signature is verified on the way."""
    try:
        reading = Reading(bytes(old.head), bytes(old.tail), size=old.size)
        for before, after in _merged(lists.blocks(made.issuer), iter(made.blocks)):
            reading.take(before)
            running.take(after)
        said = reading.finish(issuer=bytes(made.issuer.certificate)), reading.number
    except Refused as refusal:
        raise Unfounded(refusal.code) from None
    if said != (old.sha256, old.number):
        raise Unfounded("crl_other_number")


def _merged(old: Iterator[tuple[bytes, bytes]], new: Iterator[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Each block as it was and as it will be."""
    fresh = next(new, None)
    for name, entries in old:
        while fresh and fresh[0] < name:
            yield b"", fresh[1]
            fresh = next(new, None)
        if fresh and fresh[0] == name:
            yield entries, fresh[1]
            fresh = next(new, None)
        else:
            yield entries, entries
    while fresh:
        yield b"", fresh[1]
        fresh = next(new, None)
