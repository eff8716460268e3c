"""The desk of time-stamps: who may have one, what it costs, and what is answered when it goes wrong."""

import base64
import hashlib
import secrets
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from divit.cli import tsa_account
from divit.kernel import clock
from divit.kernel.errors import Invalid, NeighbourFailed, NotFound, Refused
from divit.pki import der, timestamps
from divit.validation import stamp_credentials
from divit.validation.clock_watch import ClockWatch
from divit.validation.last_stamp import LastStamp
from divit.validation.stamp_accounts import UNFINISHED, StampAccounts
from divit.validation.stamping import Answer, StampDesk, open_desk
from tests.pki_authority import House
from tests.unit.pki.test_timestamps import query, refused

DIGEST = hashlib.sha256(b"document").digest()
Headers = dict[str, str]


@pytest.fixture
def accounts(tmp_path: Path) -> StampAccounts:
    return StampAccounts(tmp_path)


def desk_of(house: House, accounts: StampAccounts, *, authority: timestamps.Authority | None = None) -> StampDesk:
    watch = ClockWatch(accuracy=timestamps.ACCURACY, needs_sync=False)
    return StampDesk(authority or house.tsa(), watch=watch, last=LastStamp(), accounts=accounts)


def ask(desk: StampDesk, headers: Headers | None = None, *, data: bytes | None = None) -> Answer:
    return desk.answer(query() if data is None else data, headers=headers or {}, now=clock.now())


def basic(name: str, secret: str) -> Headers:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def identity(
    number: int, secret: str, meant: bytes, *, iterations: int = 1000, octets: int = 32, salt: bytes | None = None
) -> Headers:
    """As a client of Kamu SM's protocol makes it."""
    salt, vector = salt or secrets.token_bytes(16), secrets.token_bytes(16)
    key = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, iterations, octets)
    missing = 16 - len(meant) % 16
    cipher = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    encrypted = cipher.update(meant + bytes((missing,)) * missing) + cipher.finalize()
    parts = (der.integer(number), der.octets(salt), der.integer(iterations), der.octets(vector), der.octets(encrypted))
    return {"identity": der.sequence(*parts).hex()}


def granted(answer: Answer) -> bool:
    assert answer.headers["Content-Type"] == "application/timestamp-reply"
    assert answer.headers["Cache-Control"] == "no-store"
    if der.whole(answer.body, der.SEQUENCE).inside().take(der.SEQUENCE).content != der.integer(0):
        return False
    return bool(tsp.TimeStampResp.load(answer.body)["status"]["status"].native == "granted")


def test_open_to_all_nobody_is_asked_and_nobody_pays(house: House, tmp_path: Path) -> None:
    desk = open_desk(house.tsa(), state=tmp_path, accounts_only=False, needs_synced_clock=False)
    assert not desk.waits
    assert desk.ready(now=clock.now())
    assert not desk.ready(now=desk.authority.certificate_ends)
    assert granted(ask(desk))
    assert granted(ask(desk, basic("who", "ever")))
    assert refused(ask(desk, data=b"garbage").body) == "bad_data_format"
    assert [file.name for file in tmp_path.iterdir()] == ["tsa-last"]


def test_a_stamp_costs_one(house: House, accounts: StampAccounts) -> None:
    desk = desk_of(house, accounts)
    _account, secret = accounts.add("kurum", credit=2, now=clock.now())
    assert desk.waits
    first, second, third = (ask(desk, basic("kurum", secret)) for _ in range(3))
    assert (granted(first), granted(second)) == (True, True)
    assert (first.headers["Credit-Left"], second.headers["Credit-Left"]) == ("1", "0")
    assert (third.status, refused(third.body)) == (402, "bad_request")
    assert b"no credit left" in third.body
    assert (accounts.named("kurum").credit, accounts.named("kurum").used) == (0, 2)
    accounts.credit("kurum", more=1)
    assert granted(ask(desk, basic("kurum", secret)))


def test_who_is_not_known_is_asked_who_they_are(house: House, accounts: StampAccounts) -> None:
    desk = desk_of(house, accounts)
    account, secret = accounts.add("kurum", credit=9, now=clock.now(), with_number=True)
    assert account.number is not None
    wrong: list[Headers] = [
        {},
        basic("kurum", secret[:-1]),
        basic("nobody", secret),
        {"authorization": "Basic ???"},
        {"authorization": "Basic " + base64.b64encode(b"kurum").decode()},
        {"authorization": f"Bearer {secret}"},
        {"authorization": "Basic " + "A" * 9000},
        {"identity": ""},
        {"identity": "zz"},
        {"identity": "00" * 5000},
        {"identity": der.sequence(der.integer(account.number)).hex()},
        identity(account.number, "wrong", DIGEST),
        identity(account.number + 1, secret, DIGEST),
        identity(account.number, secret, bytes(32)),  # meant for another document
        identity(account.number, secret, DIGEST, iterations=stamp_credentials.MOST_ITERATIONS + 1),
        identity(account.number, secret, DIGEST, salt=bytes(8)),
        identity(-1, secret, DIGEST),
    ]
    for headers in wrong:
        answer = ask(desk, headers)
        assert (answer.status, refused(answer.body)) == (401, "bad_request"), headers
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert accounts.named("kurum").used == 0


def test_a_closed_account_is_told_so(house: House, accounts: StampAccounts) -> None:
    account, secret = accounts.add("kurum", credit=9, now=clock.now(), with_number=True)
    accounts.close("kurum", now=clock.now())
    answer = ask(desk_of(house, accounts), basic("kurum", secret))
    assert (answer.status, refused(answer.body)) == (403, "bad_request")
    assert account.number is not None
    assert ask(desk_of(house, accounts), identity(account.number, secret, DIGEST)).status == 401
    with pytest.raises(Refused, match="account_closed"):
        accounts.credit("kurum", more=1)


@pytest.mark.parametrize("octets", [16, 32])
@pytest.mark.parametrize("whole", [False, True])
def test_clients_of_kamu_sm_prove_themselves_once_for_each_request(
    house: House, accounts: StampAccounts, octets: int, whole: bool
) -> None:
    """What is not told of the protocol is taken either way."""
    desk = desk_of(house, accounts)
    account, secret = accounts.add("eski-istemci", credit=2, now=clock.now(), with_number=True)
    assert account.number is not None
    meant = desk.authority.read(query()).imprint if whole else DIGEST
    headers = identity(account.number, secret, meant, octets=octets)
    assert granted(ask(desk, headers))
    again = ask(desk, headers)  # who overheard it on the way buys nothing with it
    assert (again.status, accounts.named("eski-istemci").credit) == (403, 1)
    assert granted(ask(desk, identity(account.number, secret, meant, octets=octets)))
    assert ask(desk, {"credit_req": "x", "credit_req_time": "1"}, data=b"").status == 501


@given(st.binary(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_header_surprises_the_desk(data: bytes) -> None:
    stamp_credentials.read({"identity": data.hex()})
    stamp_credentials.read({"identity": data.decode("latin-1")})
    stamp_credentials.read({"authorization": data.decode("latin-1")})
    stamp_credentials.read({"authorization": "Basic " + base64.b64encode(data).decode()})


class _Broken(timestamps.Authority):
    """A device that fails in one way or another."""

    def __init__(self, house: House, how: Exception) -> None:
        good = house.tsa()
        self.__dict__.update(good.__dict__)
        self._how = how

    def stamp(self, asked: timestamps.Asked, *, now: object) -> bytes:
        raise self._how


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (NeighbourFailed("key store", "down", outcome_known=True), "system_failure"),
        (Refused("wrong_tsa_key"), "system_failure"),
        (timestamps.Declined(timestamps.Refusal.TIME_NOT_AVAILABLE), "time_not_available"),
    ],
)
def test_what_was_not_signed_is_given_back(house: House, accounts: StampAccounts, how: Exception, why: str) -> None:
    account, secret = accounts.add("kurum", credit=1, now=clock.now(), with_number=True)
    assert account.number is not None
    headers = identity(account.number, secret, DIGEST)
    assert refused(ask(desk_of(house, accounts, authority=_Broken(house, how)), headers).body) == why
    assert (accounts.named("kurum").credit, accounts.named("kurum").used) == (1, 0)
    assert granted(ask(desk_of(house, accounts), headers))  # the same request may come again


def test_what_cannot_be_stamped_costs_nothing(house: House, accounts: StampAccounts) -> None:
    _account, secret = accounts.add("kurum", credit=1, now=clock.now())
    desk = desk_of(house, accounts)
    assert (
        refused(ask(desk, basic("kurum", secret), data=query(bytes(20), algorithm="1.3.14.3.2.26")).body) == "bad_alg"
    )
    ask(desk, basic("kurum", secret))
    late = clock.now() - timedelta(hours=1)
    assert refused(desk.answer(query(), headers=basic("kurum", secret), now=late).body) == "time_not_available"
    assert (accounts.named("kurum").credit, accounts.named("kurum").used) == (0, 1)


def test_a_file_that_cannot_be_read_gives_no_stamp(house: House, accounts: StampAccounts) -> None:
    _account, secret = accounts.add("kurum", credit=1, now=clock.now())
    desk = desk_of(house, accounts)
    accounts.close_file()
    assert refused(ask(desk, basic("kurum", secret)).body) == "system_failure"


_WORKER = """
import os, signal, sys, threading
from pathlib import Path
from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.validation.stamp_accounts import StampAccounts

accounts = StampAccounts(Path(sys.argv[1]))
account = accounts.named("kurum")
stamped = []
def work():
    try:
        while True:
            charge = accounts.charge(account, now=clock.now())
            if sys.argv[2] == "dies" and len(stamped) >= 20:
                os.kill(os.getpid(), signal.SIGKILL)
            accounts.keep(charge)
            stamped.append(charge.id)
            print(len(stamped), flush=True) if sys.argv[2] == "dies" else None
    except Refused as refused:
        assert refused.code == "no_credit"
threads = [threading.Thread(target=work) for _ in range(2 if sys.argv[2] == "lives" else 1)]
[one.start() for one in threads]; [one.join() for one in threads]
print(len(stamped))
"""


def test_credit_is_exact_among_workers_and_when_one_is_killed(accounts: StampAccounts, tmp_path: Path) -> None:
    accounts.add("kurum", credit=300, now=clock.now())
    command = [sys.executable, "-c", _WORKER, str(tmp_path)]
    workers = [
        subprocess.Popen([*command, how], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for how in ("lives", "lives", "dies")
    ]
    said = [worker.communicate(timeout=60) for worker in workers]
    stamped = [int(out.split()[-1]) for out, _err in said]
    killed = workers[2].returncode != 0  # unless the others had taken all before it came so far
    assert sum(stamped) + killed == 300, said
    left = accounts.named("kurum")
    assert (left.credit, left.used) == (0, 300)
    assert accounts.settle(now=clock.now()) == 0  # it might still be signing
    assert accounts.settle(now=clock.now() + UNFINISHED + timedelta(seconds=1)) == killed
    assert (accounts.named("kurum").credit, accounts.named("kurum").used) == (killed, 300 - killed)


def test_nothing_of_a_secret_is_in_the_file(accounts: StampAccounts, tmp_path: Path) -> None:
    secrets_ = [accounts.add(name, credit=1, now=clock.now(), with_number=name == "b2")[1] for name in ("a1", "b2")]
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not any(secret.encode() in kept for secret in secrets_)
    assert all(file.stat().st_mode & 0o077 == 0 for file in tmp_path.glob("*.key"))
    assert (tmp_path / "tsa-accounts.sqlite3").stat().st_mode & 0o077 == 0


def test_accounts_refuse_what_makes_no_sense(accounts: StampAccounts) -> None:
    now = clock.now()
    accounts.add("kurum", credit=5, now=now)
    accounts.add("ev", credit=None, now=now)
    for act, error in (
        (lambda: accounts.add("kurum", credit=1, now=now), Refused),
        (lambda: accounts.add("Kurum A", credit=1, now=now), Invalid),
        (lambda: accounts.add("yeni", credit=-1, now=now), Invalid),
        (lambda: accounts.credit("kurum", more=-6), Invalid),
        (lambda: accounts.credit("ev", more=6), Refused),
        (lambda: accounts.credit("yok", more=6), NotFound),
        (lambda: accounts.close("yok", now=now), NotFound),
    ):
        with pytest.raises(error):
            act()
    assert accounts.charge(accounts.named("ev"), now=now).left is None
    assert [(one.name, one.credit, one.used) for one in accounts.all()] == [("ev", None, 1), ("kurum", 5, 0)]


def test_the_command_line_keeps_the_accounts(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIVIT_VALIDATION_STATE", str(tmp_path))

    def say(*arguments: str) -> str:
        code = tsa_account.main(list(arguments))
        told = capsys.readouterr()
        assert bool(code) is bool(told.err)
        return told.out + told.err

    secret = say("add", "kurum", "--credit", "1", "--kamusm").split("secret: ")[1].split()[0]
    desk = open_desk(house.tsa(), state=tmp_path, accounts_only=True, needs_synced_clock=False)
    assert granted(ask(desk, basic("kurum", secret)))
    assert "5 left, 1 used, number 100001" in say("credit", "kurum", "5")  # seen by the open desk too
    assert granted(ask(desk, basic("kurum", secret)))
    assert "Nothing was changed: account_exists" in say("add", "kurum")
    assert "no such account" in say("close", "yok")
    assert "unlimited, 0 used" in say("add", "ev", "--unlimited")
    assert "closed" in say("close", "kurum")
    assert len(say("list").splitlines()) == 2
    assert ask(desk, basic("kurum", secret)).status == 403
