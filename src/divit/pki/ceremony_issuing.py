"""One issuing authority and its services below a root: what the first ceremony and every rotation make alike."""

from dataclasses import dataclass

from cryptography import x509

from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki import delegates, issuance, profiles
from divit.pki.authority import FILE, Authority, Record
from divit.pki.ceremony_plan import CeremonyPlan, Service
from divit.pki.ceremony_table import Stores, Table, end_of, pem, prepare, spki_in
from divit.pki.keystores.base import KeyStore, SigningKey
from divit.pki.profiles import Profile
from divit.pki.signatures import spki_of
from divit.pki.tbs import name as encode_name
from divit.pki.terms import Terms

SERVICES = {"ocsp": profiles.OCSP_DELEGATE, "tsa": profiles.TSA, "seal": profiles.SEAL}


@dataclass(frozen=True)
class Place:
    """The first authority, the second, …: what its files and keys are called."""

    number: int

    @property
    def issuing(self) -> str:
        return self.of("issuing")

    @property
    def file(self) -> str:
        return FILE if self.number == 1 else FILE.replace(".", f"-{self.number}.")

    def of(self, name: str) -> str:
        return name if self.number == 1 else f"{name}-{self.number}"


def prepare_issuing(table: Table, *, root: bytes, spki: bytes, serial: Serial | None = None) -> issuance.Prepared:
    """The issuing authority's certificate up to the root's signature; the same serial and time, the same bytes."""
    plan = table.plan
    return prepare(
        profiles.ISSUING,
        terms=issuing_terms(plan, root=root),
        subject=table.subject(plan.issuing.common_name),
        spki=spki,
        start=table.now,
        days=plan.issuing.days,
        serial=serial,
    )


def issuing_terms(plan: CeremonyPlan, *, root: bytes) -> Terms:
    """What the root (its certificate, DER) writes into an issuing authority's certificate."""
    words = plan.words(profiles.ISSUING.name)
    return Terms(
        issuer_name=x509.load_der_x509_certificate(root).subject.public_bytes(),
        issuer_spki=spki_in(root),
        issuer_ends=end_of(root),
        crl_url=f"{plan.validation_url}/crl/root.crl",
        ca_url=f"{plan.validation_url}/ca/root.crt",
        policy=words.policy,
        cps_url=words.cps_url,
        notice=words.notice,
        test=plan.test,
        notified_eshs=plan.notified_eshs,
    )


def make_services(table: Table, *, place: Place, stores: Stores, issuing_key: SigningKey) -> None:
    """New keys for OCSP, time-stamps and seal, and their certificates."""
    plan, record = table.plan, record_of(table.plan, place)
    issuing = table.certificates[place.issuing]
    for service, profile in SERVICES.items():
        terms = service_terms(plan, profile, issuing=issuing, record=record)
        store = store_of(service, stores)
        # A broken-off first ceremony goes on with the keys that are there; later ones make new keys each time.
        label = service if place.number == 1 else delegates.next_label(store.labels(), service)
        make_service(table, place.of(service), label, profile, terms=terms, store=store, issuing_key=issuing_key)


def make_service(
    table: Table,
    name: str,
    label: str,
    profile: Profile,
    *,
    terms: Terms,
    store: KeyStore,
    issuing_key: SigningKey,
) -> None:
    """One of them."""
    named = named_in(table.plan, profile)
    key = table.key(label, named.key, store=store)
    table.certify(
        name,
        profile,
        subject=table.subject(named.common_name),
        spki=spki_of(key.public_key),
        days=named.days,
        terms=terms,
        key=issuing_key,
    )


def service_terms(plan: CeremonyPlan, profile: Profile, *, issuing: bytes, record: Record) -> Terms:
    """What an issuing authority (its certificate, DER) writes into the certificate of a service."""
    words = plan.words(profile.name)
    named = bool(words.policy)  # an OCSP delegate has neither policy nor addresses
    return Terms(
        issuer_name=x509.load_der_x509_certificate(issuing).subject.public_bytes(),
        issuer_spki=spki_in(issuing),
        issuer_ends=end_of(issuing),
        crl_url=record.crl_url if named else "",
        ca_url=record.ca_url if named else "",
        ocsp_url=record.ocsp_url if named else "",
        policy=words.policy,
        cps_url=words.cps_url,
        notice=words.notice,
        test=plan.test,
        notified_eshs=plan.notified_eshs,
    )


def store_of(service: str, stores: Stores) -> KeyStore:
    """The seal lies beside the issuing key, with the signer; the others where answers are given."""
    return stores.issuing if service == "seal" else stores.validation


def named_in(plan: CeremonyPlan, profile: Profile) -> Service:
    """The line of the plan for that service."""
    return {profiles.OCSP_DELEGATE: plan.ocsp, profiles.TSA: plan.tsa, profiles.SEAL: plan.seal}[profile]


def files_of(table: Table, *, place: Place, root: bytes) -> dict[str, bytes]:
    """What a new authority leaves in the folder; its record, which makes it count, among it."""
    chain = pem(table.certificates[place.issuing]) + pem(root)
    record = record_of(table.plan, place).model_dump_json(indent=2).encode()
    return table.certificate_files() | {f"certificates/{place.of('chain')}.pem": chain, place.file: record}


def record_of(plan: CeremonyPlan, place: Place) -> Record:
    """Names, addresses and words of one authority."""
    base, name = plan.validation_url, place.issuing
    own = {service: f"certificates/{place.of(service)}.der" for service in SERVICES}
    return Record(
        name=name,
        test=plan.test,
        notified_eshs=plan.notified_eshs,
        key_label=name,
        certificates={"root": "certificates/root.der", name: f"certificates/{name}.der", **own},
        crl_url=f"{base}/crl/{name}.crl",
        root_crl_url=f"{base}/crl/root.crl",
        ca_url=f"{base}/ca/{name}.crt",
        root_ca_url=f"{base}/ca/root.crt",
        ocsp_url=f"{base}/ocsp",
        tsa_url=f"{base}/tsa",
        policies={name: plan.words(name) for name in plan.policies},
        statement=plan.statement,
        pds=plan.pds,
        tsa_policy=plan.tsa_policy,
        ocsp_days=plan.ocsp.days,
        root_crl_days=plan.root_crl_days,
    )


def refuse_unfit(plan: CeremonyPlan, table: Table, *, family: tuple[Authority, ...]) -> None:
    """Whether a plan may bring the next authority of this family.

    Raises `Refused`: plan_of_another_root, issuer_name_taken.
    """
    root = x509.load_der_x509_certificate(family[0].root)
    named = encode_name(profiles.ROOT, table.subject(plan.root.common_name))
    if named != root.subject.public_bytes() or plan.test != family[0].record.test:
        raise Refused("plan_of_another_root")
    # Whoever looks for a list by its issuer's name, as Turkish software does, must find this authority's alone.
    if encode_name(profiles.ISSUING, table.subject(plan.issuing.common_name)) in {one.subject for one in family}:
        raise Refused("issuer_name_taken", name=plan.issuing.common_name)
