"""The probe believes a service that tells the truth, and names each lie by its own line."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from divit.cli import probe
from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.launcher.home import CHECKOUT
from divit.pki import crl, ocsp, timestamps
from divit.pki.reasons import Reason
from divit.probe.asking_ocsp import Question
from divit.probe.findings import MEANINGS, Service
from divit.probe.look import Page, Seen, Stranger
from tests.pki_authority import House, hold
from tests.unit.probe.conftest import Answer, Liar


def codes(seen: Seen) -> set[str]:
    return {one.code for one in seen.findings}


def test_the_truth_is_believed(liar: Liar) -> None:
    """A good, a revoked, an on-hold and an unknown serial, each by GET and POST, with nonce and without."""
    questions = (
        Question(issuer="issuing", serial=liar.good, status="good"),
        Question(issuer="issuing", serial=liar.held, status="revoked", reason="certificateHold", at=liar.at),
        Question(issuer="issuing", serial=liar.revoked, status="revoked", reason="keyCompromise", at=liar.at),
    )
    seen = Stranger().look(replace(liar.places, questions=questions))
    assert [one.line() for one in seen.findings] == []
    assert seen.asked == 4 + 1 + 4 * 4 + len(questions)
    assert set(seen.slowest_ms) == {Service.CRL, Service.TSA, Service.OCSP}
    assert set(seen.ends) == {"tsa", "ocsp issuing"}
    assert seen.away == timedelta()
    assert len(seen.numbers) == 2


LIES: dict[str, Callable[[Liar, House], dict[str, Callable[[bytes], Answer]]]] = {
    "http_status": lambda liar, _: {"/tsa": lambda _b: (500, "text/plain", b"")},
    "garbage": lambda liar, _: {"/ocsp": lambda _b: (200, "application/ocsp-response", b"0\x03\n\x01")},
    "ocsp_no_answer": lambda liar, _: {
        "/ocsp": lambda _b: (200, "application/ocsp-response", ocsp.failure(ocsp.Failure.TRY_LATER))
    },
    "ocsp_other_question": lambda liar, _: {
        "/ocsp": lambda _b, kept=[]: kept[0] if kept else kept.append(liar.ocsp(_b)) or kept[0]
    },
    "unknown_called_good": lambda liar, _: {
        "/ocsp": lambda b: liar.ocsp(b, status=lambda serial: liar.status(serial) or ocsp.Good())
    },
    "status_wrong": lambda liar, _: {"/ocsp": lambda b: liar.ocsp(b, status=lambda _serial: None)},
    "crl_issuer": lambda liar, other: {"/crl/issuing": lambda _b: (200, "application/pkix-crl", other.crl([]))},
    "crl_signature": lambda liar, _: {"/crl/issuing": lambda _b: flipped(liar.crl())},
    "crl_lapsed": lambda liar, _: {"/crl/issuing": lambda _b: liar.crl(at=clock.now() - timedelta(hours=25))},
    "crl_old": lambda liar, _: {"/crl/issuing": lambda _b: liar.crl(at=clock.now() - timedelta(hours=6))},
    "crl_disagrees": lambda liar, _: {"/crl/issuing": lambda _b: liar.crl([])},
    "ca_wrong": lambda liar, other: {"/ca/issuing": lambda _b: (200, "application/pkix-cert", other.authority.root)},
    "tsa_refused": lambda liar, _: {
        "/tsa": lambda _b: (
            200,
            "application/timestamp-reply",
            timestamps.refusal(timestamps.Refusal.TIME_NOT_AVAILABLE),
        )
    },
    "tsa_token": lambda liar, other: {"/tsa": lambda b: liar.tsa(b, house=other)},
    "tsa_clock": lambda liar, _: {"/tsa": lambda b: liar.tsa(b, at=clock.now() + timedelta(seconds=40))},
}


def flipped(answer: Answer) -> Answer:
    """With the last bit of its signature turned."""
    return (*answer[:2], answer[2][:-1] + bytes([answer[2][-1] ^ 1]))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Another authority of the same names, with other keys."""
    return hold(tmp_path_factory.mktemp("other"))


@pytest.mark.parametrize("code", LIES)
def test_each_lie_is_found(liar: Liar, other: House, code: str) -> None:
    liar.lies = LIES[code](liar, other)
    told = Question(issuer="issuing", serial=liar.held, status="revoked", reason="certificateHold", at=liar.at)
    seen = Stranger().look(replace(liar.places, questions=(told,)))
    found = next((one for one in seen.findings if one.code == code), None)
    assert found is not None, [one.line() for one in seen.findings]
    assert "{" not in found.line()


def test_old_answers_foreign_delegates_and_lost_nonces(liar: Liar, other: House) -> None:
    liar.produced = timedelta(seconds=700)
    assert codes(Stranger().look(liar.places)) == {"ocsp_old"}
    liar.produced = timedelta()
    liar.lies = {"/ocsp": lambda b: flipped(liar.ocsp(b))}
    assert codes(Stranger().look(liar.places)) & {"ocsp_signature", "garbage", "ocsp_delegate"}
    kept: dict[int, Answer] = {}

    def replay(data: bytes) -> Answer:
        asked = ocsp.parse_request(data).questions[0].whole
        return kept.setdefault(hash(asked), liar.ocsp(data))

    liar.lies = {"/ocsp": replay}
    assert codes(Stranger().look(liar.places)) == {"ocsp_nonce"}


def test_a_number_never_goes_back_between_two_looks(liar: Liar) -> None:
    stranger = Stranger()
    first = stranger.look(liar.places)
    liar.lies = {"/crl/issuing": lambda _b: liar.crl(number=5)}
    again = stranger.look(liar.places)
    assert codes(again) == {"crl_went_back"}
    assert again.numbers == first.numbers
    remembered = replace(liar.places, numbers=first.numbers)
    assert codes(Stranger().look(remembered)) == {"crl_went_back"}


def test_pages_and_neighbours(liar: Liar) -> None:
    gone = "http://127.0.0.1:9/"
    pages = (
        Page(service=Service.SIGN_IN, url=f"{liar.url}/yok"),
        Page(service=Service.CLOSING, url=f"{liar.url}/ca/root.crt"),
        Page(service=Service.APPLYING, url=f"{liar.url}/yok", neighbour=True),
        Page(service=Service.SMS, url=gone, neighbour=True),
    )
    seen = Stranger().look(replace(liar.places, pages=pages))
    assert {(one.service, one.code) for one in seen.findings} == {
        (Service.SIGN_IN, "http_status"),
        (Service.SMS, "neighbour_down"),
    }
    assert seen.broken(Service.SIGN_IN)
    assert not seen.broken(Service.APPLYING)


def test_a_service_that_is_away_is_not_asked_a_hundred_times(liar: Liar) -> None:
    places = replace(liar.places, ocsp_url="http://127.0.0.1:9/ocsp")
    seen = Stranger().look(replace(places, questions=(Question(issuer="issuing", serial=5, status="good"),) * 50))
    assert codes(seen) == {"unreachable"}
    assert seen.asked == 4 + 1 + 2


def test_the_command_needs_an_address_alone(liar: Liar, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root.crt"
    root.write_bytes(liar.house.authority.root)
    assert probe.main([liar.url, "--root", str(root)]) == 0
    assert "all is well" in capsys.readouterr().out
    entry = crl.Entry(serial=Serial.random(), at=liar.at, reason=Reason.SUPERSEDED)
    liar.lies = {"/crl/issuing": lambda _b: liar.crl([entry])}
    assert probe.main([liar.url, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["ok"]
    assert {one["code"] for one in told["findings"]} == {"status_wrong"}
    assert told["findings"][0]["since"] == told["at"]
    assert probe.main([liar.url]) == 1
    assert re.search(
        rf"^BROKEN  ocsp: OCSP says «unknown» of serial {entry.serial.int:X}, .*seen since",
        capsys.readouterr().out,
        re.M,
    )


def test_every_finding_is_explained() -> None:
    page = (CHECKOUT / "docs/operations/monitoring.md").read_text()
    told = dict(re.findall(r"^\| `(\w+)` \| (broken|warning) \|", page, re.M))
    assert told == {code: "broken" if meaning.broken else "warning" for code, meaning in MEANINGS.items()}
    for code, meaning in MEANINGS.items():
        assert meaning.text.count(". ") or meaning.text.count(": "), code
