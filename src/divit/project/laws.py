"""Every law of the house, so that the database can be told its moves and the docs their diagrams."""

from typing import Any

from divit.applications.lifecycle import LAW as APPLICATION
from divit.certificates.lifecycle import ASK_LAW as REINSTATEMENT
from divit.certificates.lifecycle import INTENT_LAW as ISSUANCE_INTENT
from divit.certificates.lifecycle import LAW as CERTIFICATE
from divit.certificates.lifecycle import SERVICE_LAW as SERVICE_CERTIFICATE
from divit.connections.lifecycle import PROGRAM
from divit.delivery.lifecycle import CONSIGNMENT, PARCEL, PIN
from divit.identity.lifecycle import STAFF_CHANGE
from divit.institutions.lifecycle import APPOINTMENT, PROPOSAL
from divit.kernel.lifecycle import Lifecycle
from divit.payments.lifecycle import ATTEMPT_LAW, CHARGE_LAW
from divit.production.lifecycle import CARD_ORDER
from divit.rosters.lifecycle import LAW as REQUEST
from divit.rosters.lifecycle import ROSTER_LAW as ROSTER
from divit.scans.lifecycle import LAW as SCAN
from divit.scans.lifecycle import UPLOAD_LAW as SCAN_UPLOAD
from divit.verification.lifecycle import LAW as PHONE_CODE
from divit.webhooks.lifecycle import LAW as WEBHOOK

LAWS: tuple[Lifecycle[Any], ...] = (
    APPLICATION,
    APPOINTMENT,
    CARD_ORDER,
    CERTIFICATE,
    CONSIGNMENT,
    ISSUANCE_INTENT,
    PARCEL,
    PHONE_CODE,
    PIN,
    REINSTATEMENT,
    REQUEST,
    ROSTER,
    PROGRAM,
    SCAN,
    SCAN_UPLOAD,
    SERVICE_CERTIFICATE,
    PROPOSAL,
    CHARGE_LAW,
    ATTEMPT_LAW,
    STAFF_CHANGE,
    WEBHOOK,
)
