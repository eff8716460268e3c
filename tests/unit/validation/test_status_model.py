"""Whatever happens in whatever order, every reader says what a plain dict would say, and is told of every change."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

from divit.kernel import clock
from divit.pki.ocsp import Good, Revoked
from divit.pki.reasons import Reason
from divit.validation.status_index import ALL_CHANGED, StatusIndex
from divit.validation.status_work import Work
from divit.validation.status_writer import StatusWriter
from tests.unit.validation.state import OTHER, OURS, Key, change, compact, fill

_FINAL = [reason for reason in Reason if reason is not Reason.CERTIFICATE_HOLD]
_AT = clock.now().replace(microsecond=123_456)
_KEYS = st.tuples(
    st.sampled_from((OURS, OURS, OURS, OTHER)),
    # Mostly as we make them; neighbours in one bucket; and every other length that RFC 5280 permits.
    st.one_of(
        st.integers(1 << 126, (1 << 127) - 1),
        st.integers(1 << 126, (1 << 126) + 40),
        st.integers(1, (1 << 159) - 1),
        st.integers(1, 300),
    ),
)


class Readers:
    """One that looks at every turn, one that looks now and then; each knows only what it was told has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open()

    def open(self) -> None:
        self.index = StatusIndex.open(self.folder)
        self.seen: dict[Key, Good | Revoked | None] = {}
        self.all = True

    def look(self, model: "dict[Key, Good | Revoked]") -> None:
        changed = self.index.refresh()
        if self.all or changed is ALL_CHANGED:
            self.seen, changed = {}, list(model)
        self.all = False
        for key in changed:
            self.seen[key] = self.index.status_of(*key)
        assert self.seen == model
        assert len(self.index) == len(model)


class Statuses(RuleBasedStateMachine):
    known = Bundle("known")

    @initialize(target=known, keys=st.lists(_KEYS, max_size=30, unique=True))
    def begin(self, keys: list[Key]) -> object:
        self.folder = Path(tempfile.mkdtemp(prefix="divit-state-"))
        self.model: dict[Key, Good | Revoked] = dict.fromkeys(keys, Good())
        self.seq = 0
        self.work: Work | None = None
        self.writer = StatusWriter.open(self.folder)
        fill(self.writer, [(*key, Good()) for key in keys])
        self.eager, self.lazy = Readers(self.folder), Readers(self.folder)
        return multiple(*keys)

    def _put(self, key: Key, status: Good | Revoked) -> None:
        self.seq += 1
        before = self.model.get(key)
        self.writer.take([change(*key, status, self.seq)])
        if not isinstance(before, Revoked) or before.reason is Reason.CERTIFICATE_HOLD:
            self.model[key] = status

    @rule(target=known, key=_KEYS)
    def issue(self, key: Key) -> Key:
        if key not in self.model:
            self._put(key, Good())
        return key

    @rule(key=known, ago=st.integers(0, 10**9))
    def suspend(self, key: Key, ago: int) -> None:
        self._put(key, Revoked(_AT - timedelta(seconds=ago), Reason.CERTIFICATE_HOLD))

    @rule(key=known)
    def reinstate(self, key: Key) -> None:
        self._put(key, Good())

    @rule(key=known, reason=st.sampled_from(_FINAL))
    def revoke(self, key: Key, reason: Reason) -> None:
        self._put(key, Revoked(_AT, reason))

    @rule()
    def compact(self) -> None:
        compact(self.writer)
        self.work = None

    @precondition(lambda self: self.work is None)
    @rule()
    def begin_a_new_table(self) -> None:
        self.work = self.writer.begin()
        self.work.compact()

    @precondition(lambda self: self.work is not None)
    @rule()
    def finish_the_new_table(self) -> None:
        """What changed since it was begun must be in it too."""
        assert self.work is not None
        self.writer.install(self.work)
        self.work = None

    @rule()
    def read_all_again(self) -> None:
        fill(self.writer, [(*key, status) for key, status in self.model.items()], highest=self.seq)
        self.work = None

    @rule()
    def read_a_database_that_has_forgotten(self) -> None:
        """As after a restored backup: certificates may be gone, revocations never are."""
        there = list(self.model)[::2]
        fill(self.writer, [(*key, Good()) for key in there])
        final = {
            key: status
            for key, status in self.model.items()
            if isinstance(status, Revoked) and status.reason is not Reason.CERTIFICATE_HOLD
        }
        self.model = dict.fromkeys(there, Good()) | final
        self.work = None

    @rule(torn=st.binary(max_size=200))
    def die_and_begin_again(self, torn: bytes) -> None:
        """What a dying process leaves behind its last record, and beside the table, is no knowledge."""
        assert self.writer._log is not None
        left = self.writer._log
        with (self.folder / f"status-{left.generation}.log").open("r+b") as stream:
            stream.seek(left.length)
            stream.write(torn)
        (self.folder / f"status-{left.generation + 1}.base").write_bytes(torn)
        (self.folder / f"status-{left.generation + 1}.new").write_bytes(torn)
        self.writer.close()
        self.writer = StatusWriter.open(self.folder)
        self.work = None

    @rule()
    def a_worker_begins_again(self) -> None:
        self.eager.index.close()
        self.eager.open()

    @rule()
    def the_lazy_one_looks(self) -> None:
        self.lazy.look(self.model)

    @invariant()
    def the_eager_one_looks(self) -> None:
        self.eager.look(self.model)
        assert self.eager.index.status_of(OURS, 0x4E << 120) is None

    def teardown(self) -> None:
        if hasattr(self, "writer"):
            self.lazy.look(self.model)
            for readers in (self.eager, self.lazy):
                readers.index.close()
            self.writer.close()
            shutil.rmtree(self.folder)


TestStatuses = Statuses.TestCase
TestStatuses.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
