"""Every address of the desks × everybody: opened by whom it is for, and for all others as if it did not exist."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from divit.certificates import findings
from divit.certificates import past_status as statements
from divit.certificates.findings import Found, Kind
from divit.certificates.models import Certificate, PastStatus
from divit.console.urls import urlpatterns
from divit.delivery.models import Parcel
from divit.flows import (
    card_delivery,
    card_production,
    past_status,
    reinstatement_by_two,
    roster_upload,
    suspension,
)
from divit.flows import institution_proposals as flow
from divit.identity.models import Person
from divit.identity.staff import DESKS
from divit.institutions.models import Contract, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.serials import Serial
from divit.production.models import CardOrder
from divit.rosters.models import Request
from tests.factories.programs import program_of
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of
from tests.fixtures_consignments import Office
from tests.fixtures_pki import holder_of, synthetic_tckn
from tests.integration.console.conftest import a_webhook, bill_and_state, log_in, scanned

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]

LIAISON = Actor(role=Role.LIAISON, id="1000")
PATTERNS = {str(pattern.name): pattern for pattern in urlpatterns if isinstance(pattern, URLPattern)}


@dataclass
class Stage:
    """One person's card in each state that some desk works on, and everybody who might come by."""

    arguments: dict[str, dict[str, Any]]
    everybody: dict[str, Client]
    secrets: list[str]


@pytest.fixture
def stage(
    make_order: Callable[..., CardOrder],
    make_person: Callable[..., Person],
    at_desk: Callable[..., Client],
    appoint: Callable[..., Any],
    station: ScriptedStation,
    courier: ScriptedCourier,
    run_jobs: Callable[..., None],
    office: Office,
) -> Stage:
    queued, produced, inspected, sent = (make_order(make_person(surname=f"Gizli{letter}oğlu")) for letter in "çğış")
    for order in (produced, inspected, sent):
        card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    for order in (inspected, sent):
        card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    card_delivery.dispatch(sent.pk, digits=digits_of(sent), by=DISPATCHER)
    run_jobs()
    ours = queued.institution_id
    together = [order.person for order in office.inspected(people=[make_person(surname="Gizliğoğlu")])]
    omer = office.appoint(make_person(), queued.institution)
    orders = CardOrder.objects.filter(person__in=together).order_by("pk")
    (card,) = office.received(list(orders), by=omer)
    box = card.consignment
    assert box is not None
    elsewhere = Institution.objects.create(name="T.C. Başka Kurum")
    everybody = {"nobody": Client(), "person": log_in(make_person()), "staff without a desk": at_desk()}
    everybody |= {str(role): at_desk(role) for role in DESKS}
    for role in ("representative", "officer", "viewer"):
        for name, institution, days in (("", queued.institution, None), (" elsewhere", elsewhere, None)):
            person = make_person()
            appoint(person, institution, role, days=days)
            everybody[role + name] = log_in(person)
        former = make_person()
        appoint(former, queued.institution, role, days=-1)
        everybody[f"former {role}"] = log_in(former)
    certificate = Certificate.objects.get(card_order_id=produced.pk)
    waiting, request = _lists(queued.institution, make_person)
    hidden = make_person(surname="Gizliyegin")
    held = appoint(hidden, queued.institution, "representative")
    here = {"institution_id": ours}
    proposal = flow.propose_end(ours, held.pk, ends=clock.today(), by=LIAISON)
    on_hold = Certificate.objects.get(card_order_id=sent.pk)
    suspension.suspend(on_hold.pk, by=holder_of(sent.person))
    ask = reinstatement_by_two.ask(on_hold.pk, reason="Yazısı geldi", by=Actor(role=Role.REGISTRAR, id="0"))
    asked = _asked_about(on_hold)
    scans = [scanned(queued.application, at=desk) for desk in (ours, None)]
    account = here | {"statement_id": bill_and_state(queued.application).pk}
    return Stage(
        arguments={
            "registration_application": {"application_id": queued.application_id},
            "registration_person": {"person_id": sent.person_id},
            "registration_certificate": {"certificate_id": on_hold.pk},
            "registration_ask": {"ask_id": ask.pk},
            **{f"registration_past_status{page}": {"past_status_id": asked.pk} for page in ("", "_file")},
            "registration_finding": {"finding_id": a_finding(on_hold)},
            "report": {"report": "geri-gelen-gonderi"},
            "report_file": {"report": "bekleyen"},
            "production_order": {"order_id": queued.pk},
            "inspection_order": {"order_id": produced.pk},
            "dispatch_order": {"order_id": inspected.pk},
            "dispatch_parcel": {"parcel_id": Parcel.objects.get(order=sent).pk},
            "dispatch_box": {"institution_id": ours},
            "dispatch_consignment": {"consignment_id": box.pk},
            "dispatch_list": {"consignment_id": box.pk},
            "representative": {"institution_id": ours},
            "representative_cards": {"institution_id": ours},
            "representative_box": {"institution_id": ours, "consignment_id": box.pk},
            "representative_list": {"institution_id": ours, "consignment_id": box.pk},
            "representative_card": {"institution_id": ours, "parcel_id": card.pk},
            "representative_application": {"institution_id": ours, "application_id": queued.application_id},
            "representative_intake": {"institution_id": ours},
            "representative_intake_summary": {"institution_id": ours},
            "representative_scans": here,
            "representative_scans_live": here,
            **dict.fromkeys(("representative_scan", "representative_scan_picture"), here | {"scan_id": scans[0]}),
            "registration_scan": {"scan_id": scans[1]},
            "registration_scan_picture": {"scan_id": scans[1]},
            "officer": {"institution_id": ours},
            "officer_leavers": {"institution_id": ours},
            "officer_applications": {"institution_id": ours},
            "officer_application": {"institution_id": ours, "application_id": queued.application_id},
            "officer_ending": {"institution_id": ours},
            "officer_certificate": {"institution_id": ours, "certificate_id": certificate.pk},
            "representative_stages": {"institution_id": ours},
            "officer_stages": {"institution_id": ours},
            "rosters": {"institution_id": ours},
            "roster_template": {"institution_id": ours},
            **{name: {"institution_id": ours, "roster_id": waiting} for name in ROSTERS},
            "roster_request": {"institution_id": ours, "request_id": request},
            **dict.fromkeys(("institution", "institution_appoint", "institution_rule", "institution_contract"), here),
            **dict.fromkeys(("officer_people", "officer_appoint", "officer_deputy", "viewer"), here),
            **dict.fromkeys(("officer_programs", "officer_program_ask"), here),
            "officer_program": here | {"program_id": program_of(queued.institution).pk},
            **dict.fromkeys(("institution_end", "officer_end"), here | {"appointment_id": held.pk}),
            **dict.fromkeys((f"{who}_{page}" for who in ("institution", "officer") for page in ACCOUNT[1:]), account),
            **dict.fromkeys(("institution_account", "officer_account"), here),
            **dict.fromkeys(("officer_webhooks", "officer_webhook_new"), here),
            "officer_webhook": here | {"webhook_id": a_webhook(queued.institution, "Gizlialıcı").pk},
            **dict.fromkeys(("institution_proposal", "officer_proposal"), here | {"proposal_id": proposal.pk}),
        },
        everybody=everybody,
        secrets=[
            "Gizli",
            box.reference,
            *(order.application.reference for order in (queued, produced, inspected, sent)),
        ],
    )


def _asked_about(certificate: Certificate) -> PastStatus:
    """What a certificate was yesterday, asked at the registry and sealed."""
    row = past_status.ask_at_desk(
        certificate.issuer_id,
        Serial.from_hex(certificate.serial),
        at=clock.now() - timedelta(days=1),
        language="tr",
        by=Actor(role=Role.REGISTRAR, id="0"),
    )
    with transaction.atomic():
        statements.seal(row, pdf=b"%PDF Gizli", by=SYSTEM)
    return row


def a_finding(certificate: Certificate) -> int:
    """Something that the registry must look into."""
    with transaction.atomic():
        found = [Found(kind=Kind.PROFILE, what="Gizlibulgu", certificate=certificate)]
        return findings.record(found, by=SYSTEM)[0].pk


ACCOUNT = ("account", "statement", "statement_pdf", "statement_xlsx")
SCANS = ("scans", "scans_live", "scan", "scan_picture")
ROSTERS = ("roster", "roster_live", "roster_corrected")


def _lists(institution: Institution, make_person: Callable[..., Person]) -> tuple[UUID, UUID]:
    """A list that waits for confirmation, and one person's request of another."""
    today = clock.today()
    Contract.objects.create(
        institution=institution, number="1", starts=today, ends=today, quota=9, years=3, reader="none"
    )
    by = Actor(role=Role.REPRESENTATIVE, id=str(make_person().pk), institution_id=str(institution.pk))
    heading = "T.C. Kimlik No;Ad;Soyad;Cep Telefonu;e-Posta\n"
    made = []
    for number in (88, 89):
        row = f"{synthetic_tckn(number)};Ayşe;Gizlioğlu;0505 900 00 {number};c{number}@kurum.example\n;;;;\n1;2;3;4;5"
        roster, _new = roster_upload.upload((heading + row).encode(), file_name="liste.csv", by=by)
        made.append(roster)
    roster_upload.confirm(made[1].pk, by=by)
    return made[0].pk, Request.objects.get(roster=made[1]).pk


OPEN_TO: dict[str, str | tuple[str, ...]] = {
    "registration": "registrar",
    "registration_application": "registrar",
    "registration_person": "registrar",
    "registration_certificate": "registrar",
    "registration_asks": "registrar",
    **dict.fromkeys((f"registration_past_status{page}" for page in ("_ask", "", "_file")), "registrar"),
    "registration_findings": "registrar",
    "registration_finding": "registrar",
    "registration_ask": "registrar",
    "registration_announcements": "registrar",
    "reports": "registrar",
    "reports_file": "registrar",
    "report": "registrar",
    "report_file": "registrar",
    "production": "producer",
    "production_order": "producer",
    "inspection": "inspector",
    "inspection_order": "inspector",
    "dispatch": "dispatcher",
    "dispatch_order": "dispatcher",
    "dispatch_parcel": "dispatcher",
    "dispatch_box": "dispatcher",
    "dispatch_consignment": "dispatcher",
    "dispatch_list": "dispatcher",
    "books": "auditor",
    "representative": "representative",
    "representative_application": "representative",
    "representative_cards": "representative",
    "representative_box": "representative",
    "representative_list": "representative",
    "representative_card": "representative",
    "registration_intake": "registrar",
    "registration_intake_summary": "registrar",
    "representative_intake": "representative",
    "representative_intake_summary": "representative",
    **dict.fromkeys((f"representative_{page}" for page in SCANS), "representative"),
    **dict.fromkeys((f"registration_{page}" for page in SCANS), "registrar"),
    "officer": "officer",
    "officer_leavers": "officer",
    "officer_applications": "officer",
    "officer_application": "officer",
    "officer_ending": "officer",
    "officer_certificate": "officer",
    "representative_stages": "representative",
    "officer_stages": "officer",
    **dict.fromkeys(("rosters", "roster_template", *ROSTERS, "roster_request"), ("officer", "representative")),
    "institutions": "liaison",
    "institution": "liaison",
    "institution_appoint": "liaison",
    "institution_end": "liaison",
    "institution_rule": "liaison",
    "institution_contract": "liaison",
    "institution_proposal": "liaison",
    "officer_people": "officer",
    "officer_appoint": "officer",
    "officer_deputy": "officer",
    "officer_end": "officer",
    "officer_proposal": "officer",
    **dict.fromkeys(("officer_programs", "officer_program_ask", "officer_program"), "officer"),
    "viewer": "viewer",
    **dict.fromkeys((f"institution_{page}" for page in ACCOUNT), "liaison"),
    **dict.fromkeys((f"officer_{page}" for page in ACCOUNT), "officer"),
    **dict.fromkeys(("officer_webhooks", "officer_webhook_new", "officer_webhook"), "officer"),
}
TO_EVERYBODY = {"home", "no_second_factor", "representative_door", "officer_door", "viewer_door"}


def test_every_address_has_a_row_here_and_a_door() -> None:
    assert set(PATTERNS) == set(OPEN_TO) | TO_EVERYBODY
    for name in OPEN_TO:
        assert PATTERNS[name].callback.roles == {Role(role) for role in _open_to(name)}  # type: ignore[union-attr]
    for name in TO_EVERYBODY:
        assert PATTERNS[name].callback.access == "anyone"  # type: ignore[union-attr]


def _open_to(name: str) -> tuple[str, ...]:
    roles = OPEN_TO.get(name, ())
    return (roles,) if isinstance(roles, str) else roles


def test_every_address_by_everybody(stage: Stage) -> None:
    for name in PATTERNS:
        address = reverse(f"console:{name}", kwargs=stage.arguments.get(name, {}))
        for who, client in stage.everybody.items():
            for method in ("get", "post"):
                answer = getattr(client, method)(address)
                _judge(stage, name, who, method, answer)


def _judge(stage: Stage, name: str, who: str, method: str, answer: Any) -> None:
    seen = f"{method} {name} by {who}: {answer.status_code}"
    if who in _open_to(name):
        # A form that nobody filled in comes back with its errors.
        assert answer.status_code in ((200, 303, 405, 409) if method == "post" else (200, 303, 405)), seen
        return
    assert not any(secret in answer.content.decode() for secret in stage.secrets), seen
    if name in TO_EVERYBODY:
        assert answer.status_code in (200, 302, 404, 405), seen
        return
    asked_to_log_in = answer.status_code == 302 and ("giris" in answer.headers["Location"])
    assert asked_to_log_in or answer.status_code == 404, seen
    if who in stage.everybody and who in {str(role) for role in DESKS} and name in _STAFF:
        assert answer.status_code == 404, seen


_STAFF = {name for name in OPEN_TO if {Role(role) for role in _open_to(name)} & set(DESKS)}


def test_a_desk_opens_only_what_lies_on_it(stage: Stage, at_desk: Callable[..., Client]) -> None:
    """The same person at every desk: an order opens only at the desk where it lies now."""
    client = at_desk(*DESKS)
    lies = {
        name: stage.arguments[name]["order_id"] for name in ("production_order", "inspection_order", "dispatch_order")
    }
    for name in lies:
        for other, order_id in lies.items():
            expected = 200 if name == other or (name, other) == ("production_order", "inspection_order") else 404
            answer = client.get(reverse(f"console:{name}", kwargs={"order_id": order_id}))
            assert answer.status_code == expected, (name, other)


def test_an_institutions_certificate_is_not_another_ones(stage: Stage, appoint: Any, make_person: Any) -> None:
    """The officer of another institution does not reach it through the own institution's address either."""
    person = make_person()
    elsewhere = Institution.objects.get(name="T.C. Başka Kurum")
    for role in ("officer", "representative"):
        appoint(person, elsewhere, role)
    client = log_in(person)
    for name, key in (
        ("officer_certificate", "certificate_id"),
        ("representative_application", "application_id"),
        ("officer_application", "application_id"),
        ("representative_scan", "scan_id"),
        ("representative_scan_picture", "scan_id"),
        ("representative_box", "consignment_id"),
        ("representative_list", "consignment_id"),
        ("representative_card", "parcel_id"),
        ("officer_end", "appointment_id"),
        ("officer_proposal", "proposal_id"),
        ("officer_webhook", "webhook_id"),
        ("officer_program", "program_id"),
        *((f"officer_{page}", "statement_id") for page in ACCOUNT[1:]),
    ):
        address = reverse(f"console:{name}", kwargs={"institution_id": elsewhere.pk, key: stage.arguments[name][key]})
        assert client.get(address).status_code == 404
        for told in (
            {"act": "carry_out", "compared": "on"},
            {"act": "take_in", "compared": "on"},
            {"act": "hand_over", "checked": "on"},
        ):
            assert client.post(address, told).status_code in (404, 405)
