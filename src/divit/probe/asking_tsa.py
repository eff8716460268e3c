"""Zaman damgası: one stamp over the wire, its token read and verified from the first byte to the last."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import algos, cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from divit.probe.findings import Finding, Service
from divit.probe.trust import UNREADABLE, delegate_fault, holds
from divit.probe.wire import SLOW_MS, NoAnswer, Wire

_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_MOST_AWAY = timedelta(seconds=5)
_ACCURACY = timedelta(seconds=1)
_ENDS_SOON = timedelta(days=60)
_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_REFUSALS = {
    0: "badAlg",
    2: "badRequest",
    5: "badDataFormat",
    14: "timeNotAvailable",
    15: "unacceptedPolicy",
    16: "unacceptedExtension",
    17: "addInfoNotAvailable",
    25: "systemFailure",
}


@dataclass(frozen=True, kw_only=True)
class StampSeen:
    """What one stamp brought: findings, whose certificate it was, and how far its clock is from ours."""

    findings: tuple[Finding, ...]
    ms: int = 0
    certificate: x509.Certificate | None = None
    away: timedelta | None = None


class _Reply(core.Sequence):
    """TimeStampResp as RFC 3161 has it: a refusal brings no token."""

    _fields = [("status", tsp.PKIStatusInfo), ("token", cms.ContentInfo, {"optional": True})]


class _Unsound(Exception):
    """Why the token is not believed."""


def ask(wire: Wire, url: str, *, issuer: x509.Certificate) -> StampSeen:
    """Ask for a stamp over something new, and judge it by the clock of this machine."""
    imprint, nonce = os.urandom(32), int.from_bytes(os.urandom(8), "big") + 1
    begun = datetime.now(UTC)
    try:
        answer = wire.post(url, _query(imprint, nonce), kind=_QUERY)
    except NoAnswer as problem:
        return StampSeen(findings=(_finding("unreachable", url, why=str(problem)),))
    if answer.status != 200:
        return StampSeen(findings=(_finding("http_status", url, status=answer.status),), ms=answer.ms)
    try:
        reply = _Reply.load(answer.body, strict=True)  # type: ignore[no-untyped-call]
        status = reply["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            said = _refusal(reply["status"]["fail_info"]) or status
            return StampSeen(findings=(_finding("tsa_refused", said=said),), ms=answer.ms)
        certificate, info = _verified(reply["token"], imprint=imprint, nonce=nonce, issuer=issuer)
        at = info["gen_time"].native
        accuracy = _accuracy(info)
    except _Unsound as problem:
        return StampSeen(findings=(_finding("tsa_token", why=str(problem)),), ms=answer.ms)
    except (*UNREADABLE, KeyError, IndexError, AttributeError):
        # asn1crypto says what does not parse in many ways.
        return StampSeen(findings=(_finding("garbage", url),), ms=answer.ms)
    away = _away(at, begun=begun, ended=datetime.now(UTC))
    found = list(_faults(certificate, accuracy=accuracy, away=away))
    if answer.ms > SLOW_MS:
        found.append(_finding("slow", url, ms=answer.ms))
    return StampSeen(findings=tuple(found), ms=answer.ms, certificate=certificate, away=away)


def _refusal(told: core.BitString) -> str:
    """RFC 3161 2.4.2; asn1crypto counts its bits otherwise."""
    octets = bytes((told.contents or b"")[1:])
    bits = (n for n in range(8 * len(octets)) if octets[n // 8] >> (7 - n % 8) & 1)
    return ", ".join(_REFUSALS.get(bit, f"bit {bit}") for bit in bits)


def _query(imprint: bytes, nonce: int) -> bytes:
    digest = algos.DigestAlgorithm({"algorithm": "sha256"})
    message = tsp.MessageImprint({"hash_algorithm": digest, "hashed_message": imprint})
    return bytes(tsp.TimeStampReq({"version": 1, "message_imprint": message, "nonce": nonce, "cert_req": True}).dump())


def _verified(
    token: cms.ContentInfo, *, imprint: bytes, nonce: int, issuer: x509.Certificate
) -> tuple[x509.Certificate, tsp.TSTInfo]:
    signed = token["content"]
    content = signed["encap_content_info"]["content"]
    info, (signer,) = content.parsed, signed["signer_infos"]
    if info["message_imprint"]["hashed_message"].native != imprint or info["nonce"].native != nonce:
        raise _Unsound("it is over something else")
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    digest_name = signer["digest_algorithm"]["algorithm"].native
    if attributes["content_type"][0].native != "tst_info":
        raise _Unsound("it is of something else")
    if attributes["message_digest"][0].native != hashlib.new(digest_name, bytes(content)).digest():
        raise _Unsound("its content was changed")
    certificate = _signer_of(signed, signer)
    _named(certificate, attributes)
    signed_bytes = bytes(signer["signed_attrs"].untag().dump())
    if not holds(certificate.public_key(), signer["signature"].native, signed_bytes, _DIGESTS[digest_name]):
        raise _Unsound("its signature does not hold")
    why = delegate_fault(
        certificate, issuer=issuer, usage=ExtendedKeyUsageOID.TIME_STAMPING, now=info["gen_time"].native, only=True
    )
    if why:
        raise _Unsound(f"its certificate: {why}")
    return certificate, info


def _signer_of(signed: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate:
    told = signer["sid"].chosen
    for one in signed["certificates"]:
        found = one.chosen
        if found.serial_number == told["serial_number"].native and found.issuer == told["issuer"]:
            return x509.load_der_x509_certificate(found.dump())
    raise _Unsound("the certificate of its signer is not in it")


def _named(certificate: x509.Certificate, attributes: dict[str, core.SetOf]) -> None:
    """RFC 5816: the signature itself names the certificate by its digest."""
    told = attributes["signing_certificate_v2"][0]["certs"][0]
    name = told["hash_algorithm"]["algorithm"].native
    if told["cert_hash"].native != certificate.fingerprint(_DIGESTS[name]):
        raise _Unsound("it names another certificate than the one in it")


def _accuracy(info: tsp.TSTInfo) -> timedelta | None:
    told = info["accuracy"]
    if told.native is None:
        return None
    parts = {name: told[name].native or 0 for name in ("seconds", "millis", "micros")}
    return timedelta(seconds=parts["seconds"], milliseconds=parts["millis"], microseconds=parts["micros"])


def _away(at: datetime, *, begun: datetime, ended: datetime) -> timedelta:
    """How far outside the time between question and answer; stamps without fractions are told in whole seconds."""
    if at < begun:
        return min(at + timedelta(seconds=1) - begun, timedelta()) if at.microsecond == 0 else at - begun
    return max(at - ended, timedelta())


def _faults(certificate: x509.Certificate, *, accuracy: timedelta | None, away: timedelta) -> Iterator[Finding]:
    if abs(away) > _MOST_AWAY:
        yield _finding("tsa_clock", seconds=round(away.total_seconds(), 1))
    if accuracy is None or accuracy > _ACCURACY:
        yield _finding("tsa_accuracy", seconds="–" if accuracy is None else accuracy.total_seconds())
    if certificate.not_valid_after_utc - datetime.now(UTC) < _ENDS_SOON:
        yield _finding("tsa_ends", until=f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M:%S UTC}")


def _finding(code: str, about: str = "", **facts: object) -> Finding:
    return Finding(service=Service.TSA, code=code, about=about, facts=facts)
