"""The sessions of one token in this process: bounded, logged in once, each with a thread of its own.

A login belongs to the process, not to a session, and nothing of it crosses a fork. A call into a PKCS#11 library cannot
be interrupted: so that nobody hangs with it, each session has a thread that alone makes calls, and whoever waits for it
waits no longer than agreed. A session that does not come back is given up; while all are given up, or for a while after
one was, nothing is asked of the token (and everybody is told at once).
"""

import hmac
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Literal, NoReturn, TypeVar

import pkcs11
from pkcs11 import TokenFlag

from divit.kernel import clock
from divit.kernel.errors import NeighbourFailed
from divit.pki.keystores import pkcs11_module as cryptoki
from divit.pki.keystores.base import KeyStoreLocked, StoreHealth
from divit.pki.keystores.proof import Wrongs

T = TypeVar("T")
_log = logging.getLogger(__name__)
_LONGEST_PAUSE = 60.0
_PINS = {
    cryptoki.CKR_PIN_INCORRECT: "pin_wrong",
    cryptoki.CKR_PIN_INVALID: "pin_wrong",
    cryptoki.CKR_PIN_LEN_RANGE: "pin_wrong",
    cryptoki.CKR_PIN_EXPIRED: "pin_expired",
    cryptoki.CKR_PIN_LOCKED: "pin_locked",
    cryptoki.CKR_USER_PIN_NOT_INITIALIZED: "pin_not_set",
}
# Asked again, the token would say the same: the session is not to blame.
_REFUSALS = (
    pkcs11.MechanismInvalid, pkcs11.MechanismParamInvalid, pkcs11.FunctionNotSupported, pkcs11.KeySizeRange,
    pkcs11.KeyTypeInconsistent, pkcs11.TemplateInconsistent, pkcs11.TemplateIncomplete, pkcs11.AttributeTypeInvalid,
    pkcs11.AttributeValueInvalid, pkcs11.AttributeReadOnly, pkcs11.TokenWriteProtected, pkcs11.DataLenRange,
    pkcs11.MultipleObjectsReturned, pkcs11.MultipleTokensReturned,
)  # fmt: skip


class Hangs(Exception):
    """A call did not return within its time."""


class Session:
    """One session of the token and the thread that alone uses it; keys that were looked up are remembered."""

    def __init__(self, begin: Callable[[], Any], ended: "Callable[[Session], None]") -> None:
        self._begin, self._ended = begin, ended
        self._tasks: queue.SimpleQueue[Callable[[Session], Any] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        self.handle: Any = None
        self.keys: dict[str, Any] = {}
        threading.Thread(target=self._live, name="keystore-session", daemon=True).start()

    def ask(self, work: "Callable[[Session], T]", *, within: float) -> T:
        """Have it done. Raises `Hangs`, or what the work raises."""
        self._tasks.put(work)
        try:
            done, answer = self._answers.get(timeout=within)
        except queue.Empty:
            raise Hangs from None
        if not done:
            raise answer
        return answer  # type: ignore[no-any-return]

    def private_key(self, label: str) -> Any:
        """Only within the work that is asked of it. Raises `pkcs11.NoSuchKey`."""
        if label not in self.keys:
            self.keys[label] = self.handle.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        return self.keys[label]

    def end(self) -> None:
        """Close it, as soon as it comes back from what it is doing."""
        self._tasks.put(None)

    def _live(self) -> None:
        while (work := self._tasks.get()) is not None:
            try:
                if self.handle is None:
                    self.handle = self._begin()
                self._answers.put((True, work(self)))
            except Exception as problem:  # noqa: BLE001 - raised again where it is waited for
                self._answers.put((False, problem))
        if self.handle is not None:
            try:
                self.handle.close()
            except pkcs11.PKCS11Error:
                _log.info("a session of the token was lost before it was closed")
        self._ended(self)


class Sessions:
    """All sessions of one token in this process; `seconds` is how long anybody waits for an answer."""

    def __init__(self, path: str, *, token: str, pin: str, most: int, seconds: float, spend_a_try: bool) -> None:
        self.path, self.token, self.seconds = path, token, seconds
        self._pin, self._spend_a_try = pin, spend_a_try
        self.wrongs = Wrongs()
        self._most = most
        self._free = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._logging_in = threading.Lock()
        self._idle: list[Session] = []
        self._open: set[Session] = set()
        self._stuck: set[Session] = set()
        self._locked = ""
        self._pause, self._paused_until = 0.0, 0.0
        self._done = self._failures = 0
        self._trouble: Literal["down", "slow"] | None = None
        self._why = ""
        self._failed_at: datetime | None = None

    def fits(self, pin: str) -> None:
        """The login is the process's: a store with another PIN would be using somebody else's."""
        if not hmac.compare_digest(pin.encode(), self._pin.encode()):
            raise KeyStoreLocked("pin_wrong")

    def run(self, work: Callable[[Session], T], *, again: bool = True, writing: bool = False, times: int = 1) -> T:
        """Do something with a session; a second time with a fresh one if the first was lost and `again` is harmless.

        `times` the usual seconds are waited for it. Raises `NeighbourFailed`, `KeyStoreLocked` among them.
        """
        until = _now() + self.seconds * times
        try:
            return self._once(work, until=until, writing=writing, again=again)
        except pkcs11.SessionCount as problem:
            self._make_do_with_less(problem)
        except pkcs11.PKCS11Error as problem:
            if isinstance(problem, _REFUSALS):
                self._fail("refused", _name(problem), known=True)
            if not again:
                self._fail("down", _name(problem), known=False)
            _log.warning("the token is asked again in a fresh session, after %s", _name(problem))
            self._forget_idle()
        try:
            return self._once(work, until=until, writing=writing, again=again)
        except pkcs11.PKCS11Error as problem:
            self._fail("down", _name(problem), known=again)

    def health(self) -> StoreHealth:
        """What is known without asking the token."""
        return StoreHealth(
            state=self._state(),
            why=self._locked or self._why,
            since=self._failed_at,
            sessions=len(self._open),
            most_sessions=self._most,
            stuck=len(self._stuck),
            done=self._done,
            failures=self._failures,
            wrong_signatures=self.wrongs.total,
            out_of_use=self.wrongs.out_of_use,
        )

    def _state(self) -> Literal["ready", "slow", "down", "locked"]:
        if self._locked:
            return "locked"
        if _now() < self._paused_until or len(self._stuck) >= self._most:
            return "slow"
        return self._trouble or "ready"

    def _once(self, work: Callable[[Session], T], *, until: float, writing: bool, again: bool) -> T:
        session = self._take(until, writing=writing)
        keep, ours = False, True
        try:
            answer = session.ask(work, within=max(0.0, until - _now()))
            keep = not writing
        except Hangs:
            ours = False  # its place is free when it comes back, if ever
            self._give_up(session)
            self._fail("slow", "no answer in time", known=again)
        finally:
            if ours:
                self._give_back(session, keep=keep)
        self._done += 1
        self._pause, self._paused_until = 0.0, 0.0
        self._trouble, self._why, self._failed_at = None, "", None
        return answer

    def _take(self, until: float, *, writing: bool) -> Session:
        if self._locked:
            raise KeyStoreLocked(self._locked)
        if (now := _now()) < self._paused_until:
            raise NeighbourFailed("keystore", "slow", outcome_known=True)
        if self._pause:  # this one call finds out; the others wait for what it finds
            self._paused_until = now + self._pause
        if not self._free.acquire(timeout=max(0.0, until - now)):
            self._fail("slow", "every session is busy", known=True)
        with self._lock:
            if self._idle and not writing:
                return self._idle.pop()
            session = Session(partial(self._begin, writing=writing), self._ended)
            self._open.add(session)
            return session

    def _give_back(self, session: Session, *, keep: bool) -> None:
        if keep:
            with self._lock:
                self._idle.append(session)
        else:
            session.end()
        self._free.release()

    def _give_up(self, session: Session) -> None:
        with self._lock:
            self._stuck.add(session)
            self._pause = min(_LONGEST_PAUSE, 2 * self._pause or self.seconds)
            self._paused_until = _now() + self._pause
        session.end()
        _log.error("the token did not answer in time; it is left alone for %.1f s", self._pause)

    def _ended(self, session: Session) -> None:
        with self._lock:
            self._open.discard(session)
            was_stuck = session in self._stuck
            self._stuck.discard(session)
        if was_stuck:
            self._free.release()

    def _forget_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            session.end()

    def _make_do_with_less(self, problem: pkcs11.PKCS11Error) -> None:
        """The token bears fewer sessions than we may have: what is open must do."""
        if self._most == 1 or not self._free.acquire(blocking=False):
            self._fail("refused", _name(problem), known=True)
        self._most -= 1
        _log.warning("the token bears no more sessions; from now on at most %d", self._most)

    def _fail(self, how: Literal["down", "slow", "refused"], why: str, *, known: bool) -> NoReturn:
        """A refusal says nothing of how the token fares; the rest stands in `health` until a call succeeds."""
        self._failures += 1
        if how != "refused":
            self._trouble, self._why, self._failed_at = how, why, self._failed_at or clock.now()
        raise NeighbourFailed("keystore", how, outcome_known=known)

    def _begin(self, *, writing: bool) -> Any:
        """A new session, logged in. Raises `pkcs11.PKCS11Error`, `KeyStoreLocked`."""
        token = self._find()
        handle = token.open(rw=writing)
        ready = False
        try:
            with self._logging_in:
                self._log_in(handle, token)
            ready = True
        finally:
            if not ready:
                handle.close()
        return handle

    def _find(self) -> Any:
        module = cryptoki.load(self.path)
        token = _token(module, self.token)
        if token is None and not any(pool.in_session() for pool in _POOLS.values() if pool.path == self.path):
            # What was made or plugged in after the library was loaded is invisible until it is loaded again; that
            # breaks every session, so it is only done when there are none.
            cryptoki.reload(self.path)
            token = _token(module, self.token)
        if token is None:
            raise pkcs11.NoSuchToken(self.token)
        return token

    def in_session(self) -> bool:
        """Whether any session has really begun."""
        with self._lock:
            return any(session.handle is not None for session in self._open)

    def _log_in(self, handle: Any, token: Any) -> None:
        """One try with the PIN in the life of this process, and none if the token counts one already.

        Several processes that begin again and again would otherwise lock the token within minutes.
        """
        module = cryptoki.load(self.path)
        flags = TokenFlag(module.token_info(token.slot.slot_id).flags)
        if module.is_logged_in(handle) or not flags & TokenFlag.LOGIN_REQUIRED:
            return
        if flags & (TokenFlag.USER_PIN_LOCKED | TokenFlag.USER_PIN_FINAL_TRY):
            self._lock_up("pin_locked" if flags & TokenFlag.USER_PIN_LOCKED else "pin_last_try")
        if flags & TokenFlag.USER_PIN_COUNT_LOW and not self._spend_a_try:
            self._lock_up("pin_was_wrong")
        answer = module.log_in(handle, self._pin)
        if answer in _PINS:
            self._lock_up(_PINS[answer])
        if answer not in (cryptoki.CKR_OK, cryptoki.CKR_USER_ALREADY_LOGGED_IN):
            raise pkcs11.PKCS11Error(f"CKR {answer:#x} at the login")

    def _lock_up(self, why: str) -> NoReturn:
        self._locked, self._failed_at = why, clock.now()
        _log.critical("the token %s is locked for this process: %s", self.token, why)
        raise KeyStoreLocked(why)


_POOLS: dict[tuple[str, str], Sessions] = {}
_MAKING = threading.Lock()


def sessions(path: str, *, token: str, pin: str, most: int, seconds: float, spend_a_try: bool = False) -> Sessions:
    """This process's sessions with that token; whoever asks first decides how many. Raises `KeyStoreLocked`."""
    with _MAKING:
        pool = _POOLS.get((path, token))
        if pool is None:
            pool = Sessions(path, token=token, pin=pin, most=most, seconds=seconds, spend_a_try=spend_a_try)
            _POOLS[path, token] = pool
    pool.fits(pin)
    return pool


def _token(module: cryptoki.Module, label: str) -> Any:
    """The one token with that label; what is wrong with another slot is none of our business."""
    found = []
    for slot in module.get_slots():
        try:
            token = slot.get_token()
        except pkcs11.PKCS11Error:
            continue
        if token.label == label:
            found.append(token)
    if len(found) > 1:
        raise pkcs11.MultipleTokensReturned(label)
    return found[0] if found else None


def _name(problem: pkcs11.PKCS11Error) -> str:
    return f"{type(problem).__name__} {problem}".strip()


def _now() -> float:
    return time.monotonic()


def _after_fork() -> None:
    """The parent's sessions, threads and locks are the parent's; the child begins anew."""
    global _MAKING
    _MAKING = threading.Lock()
    _POOLS.clear()


os.register_at_fork(after_in_child=_after_fork)
