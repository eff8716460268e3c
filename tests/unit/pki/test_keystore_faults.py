"""What a token may do to us, done to it for real: lost sessions, wrong PINs, halves exchanged, calls that hang."""

import fcntl
import multiprocessing
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from pkcs11 import Attribute, ObjectClass

from divit.kernel.errors import NeighbourFailed, NotFound
from divit.pki.keystores import Algorithm, KeyStoreLocked, SigningKey, WrongSignature
from divit.pki.keystores import pkcs11_module as cryptoki
from divit.pki.keystores import pkcs11_sessions as pool
from divit.pki.keystores.pkcs11_sessions import Session
from divit.pki.keystores.proof import holds
from tests.softhsm import Token

SHA256 = hashes.SHA256()
FORK = multiprocessing.get_context("fork")


def in_child(act: Callable[[], Any]) -> Any:
    """What another process finds; its errors come back as their text."""
    answers = FORK.Queue()
    child = FORK.Process(target=_answer, args=(act, answers))
    child.start()
    answer = answers.get(timeout=30)
    child.join()
    return answer


def _answer(act: Callable[[], Any], answers: Any) -> None:
    try:
        answers.put(act())
    except (NeighbourFailed, AssertionError) as problem:
        answers.put(str(problem))


def fresh_label() -> str:
    return f"key-{secrets.token_hex(4)}"


def destroy(session: Session, kind: ObjectClass, label: str) -> None:
    session.handle.get_key(object_class=kind, label=label).destroy()


def signs(key: SigningKey, data: bytes = b"data") -> bool:
    return holds(key.public_key, signature=key.sign(data, SHA256), data=data, digest=SHA256)


def test_a_wrong_pin_is_tried_once_in_all(fresh_token: Token) -> None:
    """By this process, and by those that come after it, until a person says that it is right now."""
    store = fresh_token.store(pin="0000")
    for _ in range(3):
        with pytest.raises(KeyStoreLocked, match="pin_wrong"):
            store.labels()
    assert (store.health().state, store.health().why) == ("locked", "pin_wrong")
    assert in_child(lambda: fresh_token.store(pin="0000").labels()) == "the key store is locked: pin_was_wrong"
    assert in_child(lambda: fresh_token.store().labels()) == "the key store is locked: pin_was_wrong"
    assert in_child(lambda: fresh_token.store(spend_a_try=True).labels()) == []
    assert in_child(lambda: fresh_token.store().labels()) == []
    with pytest.raises(KeyStoreLocked, match="pin_wrong"):
        fresh_token.store().labels()  # what this process has logged in with is another PIN


def test_a_pin_that_was_changed_elsewhere(fresh_token: Token) -> None:
    """What is logged in stays so; when the device has begun anew, the next login is tried once."""
    another = secrets.token_hex(8)
    assert in_child(lambda: _changed(fresh_token, another)) == [True, "pin_wrong", "pin_wrong"]
    assert in_child(lambda: fresh_token.store(pin=another, spend_a_try=True).labels()) == ["here"]


def _changed(token: Token, another: str) -> list[Any]:
    store = token.store()
    key = store.generate("here", Algorithm.EC_P256)
    store.sessions().run(lambda session: session.handle.set_pin(token.pin, another), writing=True)
    seen: list[Any] = [signs(key)]
    cryptoki.reload(store.module)
    for _ in range(2):
        with pytest.raises(KeyStoreLocked) as locked:
            key.sign(b"data", SHA256)
        seen.append(locked.value.why)
    return seen


def test_a_lost_session_is_replaced_and_asked_again(token: Token) -> None:
    store = token.store()
    key = store.generate(fresh_label(), Algorithm.EC_P256)
    assert signs(key)
    store.sessions().run(lambda session: session.handle.close())  # behind the back of all the rest
    before = store.health().failures
    assert signs(key)
    assert store.health().failures == before
    assert store.health().ready


def test_a_key_that_was_taken_away_signs_no_more(token: Token) -> None:
    store = token.store()
    key, other = (store.generate(fresh_label(), Algorithm.EC_P256) for _ in range(2))
    assert signs(key)
    store.sessions().run(lambda session: destroy(session, ObjectClass.PRIVATE_KEY, key.label), writing=True)
    with pytest.raises(NeighbourFailed):
        key.sign(b"data", SHA256)
    with pytest.raises(NotFound):
        store.open(key.label)
    assert signs(other)


def test_a_token_that_goes_away_and_comes_back(fresh_token: Token, tmp_path: Path) -> None:
    assert in_child(lambda: _goes_and_comes(fresh_token, tmp_path / "elsewhere")) == ["ready", "down", "down", "ready"]


def _goes_and_comes(token: Token, elsewhere: Path) -> list[str]:
    """In a process that has this token alone, as the signer and validation have: only then it is looked for anew."""
    store = token.store()
    key = store.generate("here", Algorithm.EC_P256)
    states = [store.health().state if signs(key) else ""]
    shutil.move(token.folder, elsewhere)
    for _ in range(2):
        with pytest.raises(NeighbourFailed) as failure:
            key.sign(b"data", SHA256)
        states.append(store.health().state if failure.value.outcome_known and store.health().since else "")
    shutil.move(elsewhere, token.folder)
    return [*states, store.health().state if signs(key) else ""]


def test_a_signature_that_does_not_hold_never_leaves(fresh_token: Token, caplog: pytest.LogCaptureFixture) -> None:
    """The public halves of two keys are exchanged: what the token signs is not what it says."""
    store = fresh_token.store()
    right = store.generate("right", Algorithm.EC_P256)
    for label in ("one", "two"):
        store.generate(label, Algorithm.EC_P256)

    def exchange(session: Session) -> None:
        halves = {
            label: session.handle.get_key(object_class=ObjectClass.PUBLIC_KEY, label=label) for label in ("one", "two")
        }
        halves["one"][Attribute.LABEL], halves["two"][Attribute.LABEL] = "three", "one"

    store.sessions().run(exchange, writing=True)
    wrong = store.open("one")
    for _ in range(3):
        with pytest.raises(WrongSignature):
            wrong.sign(b"data", SHA256)
    health = store.health()
    assert (health.wrong_signatures, health.out_of_use, health.ready) == (3, ("one",), False)
    done = health.done
    with pytest.raises(WrongSignature):
        wrong.sign(b"data", SHA256)
    assert store.health().wrong_signatures == 3, "a key out of use is not even asked"
    assert store.health().done == done
    assert signs(right)
    assert "out of use" in caplog.text


def test_many_threads_share_few_sessions(fresh_token: Token) -> None:
    store = fresh_token.store(most_sessions=2)
    keys = [store.generate(fresh_label(), algorithm) for algorithm in (Algorithm.EC_P256, Algorithm.RSA_2048)]
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(lambda number: signs(keys[number % 2], str(number).encode()), range(200)))
    assert 1 <= store.health().sessions <= store.health().most_sessions == 2


@contextmanager
def hanging(token: Token) -> Iterator[None]:
    """Another process holds the lock that every call of SoftHSM takes, as an HSM that stopped answering would."""
    ready, end = os.pipe(), os.pipe()
    holder = os.fork()
    if holder == 0:
        os.close(end[1])
        with (token.folder / "generation").open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            os.write(ready[1], b".")
            os.read(end[0], 1)
            os._exit(0)
    os.read(ready[0], 1)
    try:
        yield
    finally:
        os.close(end[1])
        os.waitpid(holder, 0)


def test_a_call_that_hangs_holds_nobody(fresh_token: Token, monkeypatch: pytest.MonkeyPatch) -> None:
    store = fresh_token.store(most_sessions=2)
    key = store.generate("slow", Algorithm.EC_P256)
    patience, store.sessions().seconds = store.sessions().seconds, 0.1
    later = [0.0]
    monkeypatch.setattr(pool, "_now", lambda: time.monotonic() + later[0])
    with hanging(fresh_token):
        with pytest.raises(NeighbourFailed, match="slow"):
            key.sign(b"data", SHA256)
        assert (store.health().state, store.health().stuck) == ("slow", 1)
        done = store.health().sessions
        with pytest.raises(NeighbourFailed, match="slow"):
            key.sign(b"data", SHA256)
        assert store.health().sessions == done, "left alone for a while, the token is not asked at all"
        later[0] += 60
        with pytest.raises(NeighbourFailed, match="slow"):
            key.sign(b"data", SHA256)
        assert store.health().stuck == 2
        later[0] += 120
        with pytest.raises(NeighbourFailed, match="slow"):
            key.sign(b"data", SHA256)
        assert store.health().sessions == 2, "no more sessions hang than there may be"
    store.sessions().seconds = patience
    later[0] += 240
    assert signs(key)
    assert store.health().ready
