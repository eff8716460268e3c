"""Looks for a request that the slicer and the reader understand differently, led by the code that it reaches.

    python -m tests.fuzz.ocsp_requests [-max_total_time=600] [-runs=N] [-seed=1] [FOLDER OF REQUESTS]

What it finds it writes down as libFuzzer does, and ends with an error. The answer's path is walked as well: what was
read must be answered or refused, without an exception.
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["divit.pki.ocsp", "divit.pki.ocsp_slices", "divit.pki.der"]):
    from divit.pki import der, ocsp, ocsp_slices


from divit.pki.ocsp_moments import Moment
from tests.pki_authority import hold

_NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
_NONCES = (b"", b"n", bytes(16), bytes(32), bytes(128))
_SERIALS = (1, 0x7F, 0x80, 1 << 126, (1 << 127) + 1, 1 << 158)


class Target:
    """One authority, and the two ways to read a request to it."""

    def __init__(self, folder: Path) -> None:
        house = hold(folder)
        self.issuer = ocsp.Issuer(house.authority.certificate)
        self.parts = list(self.issuer.parts())
        self._slicer = ocsp_slices.Slicer(dict.fromkeys(self.parts, "ours"))
        times = {"produced_at": _NOW, "this_update": _NOW, "next_update": _NOW + timedelta(hours=1)}
        self._moment = Moment(house.responder(), **times)

    def requests(self) -> list[bytes]:
        """Where it begins."""
        return [_request(part, serial, nonce) for part in self.parts for serial in _SERIALS for nonce in _NONCES]

    def __call__(self, data: bytes) -> None:
        cut = self._slicer.cut(data)
        try:
            read = ocsp.parse_request(data)
        except ocsp.MalformedRequest:
            assert cut is None, "sliced, and yet malformed"
            return
        statuses: list[tuple[bytes, ocsp.Status]] = [(question.whole, ocsp.Good()) for question in read.questions]
        whole = self._moment.in_full(statuses, read.nonce)
        if cut is None:
            return
        (question,) = read.questions
        assert self.issuer.speaks_for(question)
        assert (cut.cert_id, cut.serial, cut.nonce or None) == (question.whole, question.serial, read.nonce)
        assert self._moment.data(cut.cert_id, ocsp.Good(), cut.nonce) == whole


def _request(part: bytes, serial: int, nonce: bytes) -> bytes:
    more = der.explicit(2, der.sequence(der.extension(ocsp.NONCE, der.octets(nonce)))) if nonce else b""
    cert_id = der.sequence(part, der.integer(serial))
    return der.sequence(der.sequence(der.sequence(der.sequence(cert_id)), more))


def main() -> None:
    """Until something is found, or as long as libFuzzer's options say."""
    with tempfile.TemporaryDirectory() as folder:
        target = Target(Path(folder))
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, data in enumerate(target.requests()):
            (corpus / str(number)).write_bytes(data)
        atheris.Setup([*sys.argv, "-max_len=700", "-timeout=10", str(corpus)], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
