"""One look at everything: authorities' certificates, lists, time-stamps, OCSP, pages, in this order."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle

from cryptography import x509

from divit.probe import asking_files, asking_ocsp, asking_tsa
from divit.probe.asking_files import CrlFile
from divit.probe.asking_ocsp import WAYS, Question
from divit.probe.findings import Finding, Service
from divit.probe.wire import SLOW_MS, NoAnswer, Wire

# A list is made every four hours, and after every change.
LIST_EVERY = timedelta(hours=5)
_AWAY = range(502, 505)  # what proxies say of somebody behind them
_GIVE_UP_AFTER = 2


@dataclass(frozen=True, kw_only=True)
class IssuerAt:
    """An authority and where its files are; `certificate` (DER) where it is known already."""

    name: str
    ca_url: str
    crl_url: str
    certificate: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that must open (200, or a way to the sign-in page); of a `neighbour` any sign of life is enough."""

    service: Service
    url: str
    neighbour: bool = False


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where to look, and what is known besides: true statuses, the highest number of each list that was ever seen."""

    ocsp_url: str
    tsa_url: str
    root: IssuerAt
    issuers: tuple[IssuerAt, ...]
    questions: tuple[Question, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    pages: tuple[Page, ...] = ()


def places_at(base: str, *, names: Iterable[str] = ("issuing",), root: bytes = b"") -> Places:
    """The addresses of an installation whose validation service is at `base`."""
    at = base.rstrip("/")

    def issuer(name: str, known: bytes = b"") -> IssuerAt:
        return IssuerAt(name=name, ca_url=f"{at}/ca/{name}.crt", crl_url=f"{at}/crl/{name}.crl", certificate=known)

    return Places(
        ocsp_url=f"{at}/ocsp",
        tsa_url=f"{at}/tsa",
        root=issuer("root", root),
        issuers=tuple(issuer(name) for name in names),
    )


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a look brought. `ends`: when certificates of delegates end; `away`: the time-stamps' clock from ours."""

    at: datetime
    findings: tuple[Finding, ...]
    slowest_ms: Mapping[Service, int]
    numbers: Mapping[str, int]
    ends: Mapping[str, datetime]
    away: timedelta | None
    asked: int

    def broken(self, service: Service) -> bool:
        """Whether nobody can rely on this service."""
        return any(one.broken and one.service == service for one in self.findings)


class Stranger:
    """Somebody outside who remembers lists from one look to the next, so that an unchanged one is not sent again."""

    def __init__(self, *, connect_seconds: float = 3.0, total_seconds: float = 10.0) -> None:
        self._bounds = {"connect_seconds": connect_seconds, "total_seconds": total_seconds}
        self._files: dict[str, CrlFile] = {}

    def look(self, places: Places) -> Seen:
        """Ask everything once; never raises for what others do."""
        with Wire(**self._bounds) as wire:
            return _Look(wire, places, self._files).everything()


class _Look:
    """The state of one look while it goes on."""

    def __init__(self, wire: Wire, places: Places, files: dict[str, CrlFile]) -> None:
        self._wire, self._places, self._files = wire, places, files
        self._found: dict[tuple[str, str, str], Finding] = {}
        self._slowest: dict[Service, int] = {}
        self._ends: dict[str, datetime] = {}
        self._away: timedelta | None = None
        self._asked = 0

    def everything(self) -> Seen:
        at = datetime.now(UTC)
        root = self._authority(self._places.root, above=None, every=None)
        known = {one.name: self._authority(one, above=root, every=LIST_EVERY) for one in self._places.issuers}
        authorities = {name: certificate for name, certificate in known.items() if certificate is not None}
        stamped = self._stamp(list(authorities.values())[-1]) if authorities else None
        self._statuses(authorities, stamped)
        for page in self._places.pages:
            self._page(page)
        return Seen(
            at=at,
            findings=tuple(self._found.values()),
            slowest_ms=self._slowest,
            numbers={url: max(file.number, self._places.numbers.get(url, 0)) for url, file in self._files.items()},
            ends=self._ends,
            away=self._away,
            asked=self._asked,
        )

    def _keep(self, service: Service, findings: Iterable[Finding], *, ms: int) -> None:
        self._asked += 1
        self._slowest[service] = max(ms, self._slowest.get(service, 0))
        for one in findings:
            self._found.setdefault(one.key, one)

    def _authority(
        self, place: IssuerAt, *, above: x509.Certificate | None, every: timedelta | None
    ) -> x509.Certificate | None:
        """Its certificate and its list."""
        known = x509.load_der_x509_certificate(place.certificate) if place.certificate else None
        seen = asking_files.fetch_certificate(self._wire, place.ca_url, known=known, above=above)
        self._keep(Service.CRL, seen.findings, ms=seen.ms)
        issuer = seen.certificate
        if issuer is None:
            return None
        before = self._files.get(place.crl_url)
        last = max(before.number if before else 0, self._places.numbers.get(place.crl_url, 0))
        listed = asking_files.fetch_crl(
            self._wire, place.crl_url, issuer=issuer, before=before, last_number=last, every=every
        )
        findings = list(listed.findings)
        if listed.crl is not None:
            if listed.crl.number >= last:
                self._files[place.crl_url] = listed.crl
            mine = [one for one in self._places.questions if one.issuer == place.name]
            findings += asking_files.disagreements(listed.crl, mine)
        self._keep(Service.CRL, findings, ms=listed.ms)
        return issuer

    def _stamp(self, issuer: x509.Certificate) -> x509.Certificate | None:
        seen = asking_tsa.ask(self._wire, self._places.tsa_url, issuer=issuer)
        self._keep(Service.TSA, seen.findings, ms=seen.ms)
        if seen.certificate is not None:
            self._ends["tsa"] = seen.certificate.not_valid_after_utc
        self._away = seen.away
        return seen.certificate

    def _statuses(self, authorities: Mapping[str, x509.Certificate], stamped: x509.Certificate | None) -> None:
        """Each kind of question on every way, then what is known to be true on one way each."""
        silent, ways = 0, cycle(WAYS)
        asked = [(one, way) for one in self._own_questions(authorities, stamped) for way in WAYS]
        asked += [(one, next(ways)) for one in self._places.questions if one.issuer in authorities]
        for question, way in asked:
            seen = asking_ocsp.ask(
                self._wire, self._places.ocsp_url, question, issuer=authorities[question.issuer], way=way
            )
            self._keep(Service.OCSP, seen.findings, ms=seen.ms)
            if seen.delegate_ends is not None:
                self._ends[f"ocsp {question.issuer}"] = seen.delegate_ends
            silent = 0 if seen.reachable else silent + 1
            if silent == _GIVE_UP_AFTER:
                return

    def _own_questions(
        self, authorities: Mapping[str, x509.Certificate], stamped: x509.Certificate | None
    ) -> Iterator[Question]:
        """What a stranger knows: a certificate that was shown, serials on the list, and one that nobody has."""
        for place in self._places.issuers:
            if place.name not in authorities:
                continue
            file = self._files.get(place.crl_url)
            for hold in (False, True):
                listed = file.one_of(hold=hold) if file else None
                if listed is not None:
                    yield replace(listed, issuer=place.name)
            if stamped is not None and stamped.issuer == authorities[place.name].subject:
                yield Question(issuer=place.name, serial=stamped.serial_number, status="good")
            yield Question(issuer=place.name, serial=secrets.randbits(126) | 1 << 126, status="unknown")

    def _page(self, page: Page) -> None:
        """Whether it opens; a neighbour may answer what it likes."""
        try:
            answer = self._wire.get(page.url)
        except NoAnswer as problem:
            code = "neighbour_down" if page.neighbour else "unreachable"
            finding = Finding(service=page.service, code=code, about=page.url, facts={"why": str(problem)})
            self._keep(page.service, [finding], ms=0)
            return
        found = []
        if page.neighbour and answer.status in _AWAY:
            why = {"why": f"HTTP {answer.status}"}
            found.append(Finding(service=page.service, code="neighbour_down", about=page.url, facts=why))
        elif not page.neighbour and answer.status not in (200, 302, 303):
            status = {"status": answer.status}
            found.append(Finding(service=page.service, code="http_status", about=page.url, facts=status))
        elif not page.neighbour and answer.ms > SLOW_MS:
            found.append(Finding(service=page.service, code="slow", about=page.url, facts={"ms": answer.ms}))
        self._keep(page.service, found, ms=answer.ms)
