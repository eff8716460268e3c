"""A rehearsal: an issuing authority's key is in other hands. Afterwards nothing of it counts, and a new one issues."""

import subprocess
import uuid
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from cryptography import x509
from django.core.management import CommandError, call_command

from divit.audit import ledger
from divit.certificates import authorities, lists, selectors
from divit.certificates.lifecycle import IntentState, State
from divit.certificates.list_models import PublishedCrl
from divit.certificates.models import Certificate, Intent, StatusChange
from divit.flows import ca_compromise, issuance, revocation, status_publication, suspension
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import Refused
from divit.notifications.models import Message
from divit.pki import ceremony_offline, ceremony_rotation, ceremony_verification
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.pki.reasons import Reason
from tests.fixtures_pki import PLAN, Held, hold_in, holder_of, make_csr

MakePerson = Callable[..., Person]
MakeCertificate = Callable[..., Certificate]


@pytest.fixture
def ceremony_held(tmp_path: Path) -> Held:
    """An authority of this test's own: it comes to an end."""
    return hold_in(tmp_path)


def compromise(*arguments: str) -> str:
    said = StringIO()
    call_command("compromise", "issuing", *arguments, stdout=said)
    return said.getvalue()


def begun(person: Person) -> Intent:
    institution = Institution.objects.get(name="T.C. Örnek Bakanlığı")
    order = uuid.uuid4()
    return issuance.begin(
        person=person, card_order_id=order, institution_id=institution.pk, profile="etsi-tr", by=SYSTEM,
        csr_der=make_csr(str(order)), card_serial=f"{order.int % 10**16:016d}", validity_years=3,
        publish=False, replaces=False,
    )  # fmt: skip


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.django_db(transaction=True)
def test_the_rehearsal(
    make_person: MakePerson,
    make_certificate: MakeCertificate,
    authority: Authority,
    ceremony_held: Held,
    keystore: KeyStore,
    run_jobs: Callable[[str], None],
    tmp_path: Path,
) -> None:
    valid, held, closed = (make_certificate(make_person()) for _ in range(3))
    suspension.suspend(held.pk, by=holder_of(held.person))
    own = revocation.revoke(closed.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(closed.person))
    half_made = begun(make_person())

    # A typing error revokes nothing; stopping alone revokes nothing either.
    with pytest.raises(CommandError, match="--confirm issuing"):
        compromise()
    with pytest.raises(CommandError, match="no authority"):
        call_command("compromise", "issuing-9", confirm="issuing-9")
    compromise("--stop-only")
    assert Certificate.objects.filter(state=State.VALID).count() == 1
    for attempt in (lambda: begun(make_person()), lambda: issuance.complete(half_made.pk, keystore=keystore)):
        with pytest.raises(Refused, match="issuing_halted"):
            attempt()

    said = compromise("--confirm", "issuing")
    assert "revoked: 2 certificates" in said
    assert "2 T.C. Örnek Bakanlığı" in said
    half_made.refresh_from_db()
    assert half_made.state == IntentState.ABANDONED
    for one in (valid, held):
        one.refresh_from_db()
        assert (one.state, one.reason) == (State.REVOKED, "unspecified")
        assert one.effective_at == (one.hold_started_at or one.revoked_at)
        assert Message.objects.filter(notice=ca_compromise.NOTICE, person_id=one.person_id).exists()
    assert selectors.changes_of(closed)[-1] == own  # what was closed before stays as it was
    changes = StatusChange.objects.count()
    assert "revoked: 0 certificates" in compromise("--confirm", "issuing")
    assert StatusChange.objects.count() == changes
    assert list(ledger.verify()) == []
    run_jobs("signing")
    listed = x509.load_der_x509_crl(lists.whole(PublishedCrl.objects.order_by("-number")[0].issuer))
    assert {line.serial_number for line in listed} == {int(one.serial, 16) for one in (valid, held, closed)}

    # The root says it of the authority itself; a stranger's software refuses the whole path.
    ceremony_offline.revoke_here(ceremony_held.folder, "issuing", root=ceremony_held.stores.root, now=clock.now())
    folder = ceremony_held.folder
    openssl("crl", "-inform", "der", "-in", folder / "crl/root.crl", "-out", tmp_path / "root.pem")
    asked = ["-CAfile", folder / "certificates/root.pem", "-CRLfile", tmp_path / "root.pem", "-crl_check"]
    assert "certificate revoked" in openssl("verify", *asked, folder / "certificates/issuing.pem")

    # The next one issues, and is believed.
    plan = tmp_path / "next.yaml"
    plan.write_text(PLAN.read_text().replace("Sağlayıcısı N1", "Sağlayıcısı N2"))
    new = ceremony_rotation.rotate_issuing(
        ceremony_rotation.next_plan(plan, folder=folder), stores=ceremony_held.stores, folder=folder, now=clock.now()
    )
    again = make_certificate(valid.person)
    assert again.issuer_id == new.id == authorities.current().id
    assert status_publication.publish(new.id, keystore=keystore) is not None
    assert "issuing-2.pem: OK" in openssl("verify", *asked, folder / "certificates/issuing-2.pem")
    assert [one.what for one in ceremony_verification.verify(folder)] == [
        "first ceremony",
        "root signs: list issuing",
        "issuing authority issuing-2",
    ]
