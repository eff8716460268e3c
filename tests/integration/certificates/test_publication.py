"""The list of what is closed: after every change, never older, never missing anything; checked by openssl too."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.db import DatabaseError, connection, transaction

from divit.certificates import lists
from divit.certificates.list_models import PublishedCrl
from divit.certificates.models import Certificate
from divit.flows import phone_proof, reinstatement, revocation, status_publication, suspension
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.pki.reasons import Reason
from tests.fixtures_pki import Held, holder_of

MakePerson = Callable[..., Person]
MakeCertificate = Callable[..., Certificate]
RunJobs = Callable[[str], None]


def newest() -> x509.CertificateRevocationList:
    with connection.cursor() as cursor:
        cursor.execute("SELECT der FROM published_crl")
        (der,) = cursor.fetchone()
    return x509.load_der_x509_crl(bytes(der))


def listed(certificate: Certificate) -> str | None:
    """The reason under which the newest list names it; None when it does not."""
    entry = newest().get_revoked_certificate_by_serial_number(int(certificate.serial, 16))
    if entry is None:
        return None
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        return "unspecified"


@pytest.mark.django_db(transaction=True)
def test_a_whole_life_on_the_list(
    make_person: MakePerson, make_certificate: MakeCertificate, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)
    certificate = make_certificate(make_person())
    by = holder_of(certificate.person)
    run_jobs("signing")
    assert listed(certificate) is None
    suspension.suspend(certificate.pk, by=by)
    run_jobs("signing")
    assert listed(certificate) == "certificateHold"
    reinstatement.reinstate(certificate.pk, by=by, fresh_login=True)
    run_jobs("signing")
    assert listed(certificate) is None
    revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=by)
    run_jobs("signing")
    assert listed(certificate) == "keyCompromise"
    numbers = list(PublishedCrl.objects.order_by("id").values_list("number", flat=True))
    assert len(numbers) == 4
    assert numbers == sorted(set(numbers))


@pytest.mark.django_db(transaction=True)
def test_openssl_believes_the_list(
    make_person: MakePerson,
    make_certificate: MakeCertificate,
    run_jobs: RunJobs,
    ceremony_held: Held,
    tmp_path: Path,
) -> None:
    closed, good = make_certificate(make_person()), make_certificate(make_person())
    revocation.revoke(closed.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(closed.person))
    run_jobs("signing")
    (tmp_path / "list.der").write_bytes(lists.whole(closed.issuer))
    for name, certificate in {"closed": closed, "good": good}.items():
        (tmp_path / f"{name}.der").write_bytes(bytes(certificate.der))
        openssl("x509", "-inform", "der", "-in", tmp_path / f"{name}.der", "-out", tmp_path / f"{name}.pem")
    openssl("crl", "-inform", "der", "-in", tmp_path / "list.der", "-out", tmp_path / "list.pem")
    issuing = ceremony_held.folder / "certificates/issuing.pem"
    assert "verify OK" in openssl("crl", "-in", tmp_path / "list.pem", "-CAfile", issuing, "-noout")
    arguments = ["-CAfile", ceremony_held.folder / "certificates/root.pem", "-untrusted", issuing]
    arguments += ["-CRLfile", tmp_path / "list.pem", "-crl_check"]
    assert "good.pem: OK" in openssl("verify", *arguments, tmp_path / "good.pem")
    assert "certificate revoked" in openssl("verify", *arguments, tmp_path / "closed.pem")


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.django_db
def test_nothing_new_no_new_list(authority: Authority, keystore: KeyStore) -> None:
    assert status_publication.publish(authority.id, keystore=keystore) is not None
    assert status_publication.publish(authority.id, keystore=keystore) is None


@pytest.mark.django_db
def test_an_old_list_is_made_anew_within_its_validity(
    authority: Authority, keystore: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = status_publication.publish(authority.id, keystore=keystore)
    assert first is not None
    assert first.next_update - first.this_update == timedelta(hours=24)
    later = clock.now() + timedelta(hours=4)
    monkeypatch.setattr(clock, "now", lambda: later)
    second = status_publication.publish(authority.id, keystore=keystore)
    assert second is not None
    assert second.number > first.number
    assert lists.is_due(second.issuer, every=status_publication.LIST_EVERY) is False


@pytest.mark.django_db
def test_a_clock_that_went_back_makes_no_list(
    authority: Authority,
    keystore: KeyStore,
    make_person: MakePerson,
    make_certificate: MakeCertificate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status_publication.publish(authority.id, keystore=keystore)
    suspended = make_certificate(make_person())
    suspension.suspend(suspended.pk, by=holder_of(suspended.person))
    earlier = clock.now() - timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: earlier)
    with pytest.raises(Refused, match="crl_number_not_greater"):
        status_publication.publish(authority.id, keystore=keystore)
    assert PublishedCrl.objects.count() == 1


@pytest.mark.django_db
def test_two_publishers_cannot_both_replace_the_same_list(authority: Authority, keystore: KeyStore) -> None:
    first = status_publication.publish(authority.id, keystore=keystore)
    assert first is not None
    columns: dict[str, Any] = {
        "issuer": first.issuer, "this_update": first.this_update, "next_update": first.next_update, "entries": 0,
        "covers": first.covers, "size": 0, "head": b"", "tail": b"", "sha256": "",
    }  # fmt: skip
    PublishedCrl.objects.create(number=first.number + 5, follows=first.number, **columns)
    for number, follows in ((first.number + 9, first.number), (first.number + 5, first.number + 5), (1, 0)):
        with pytest.raises(DatabaseError, match=r"does not follow|duplicate"), transaction.atomic():
            PublishedCrl.objects.create(number=number, follows=follows, **columns)


@pytest.mark.django_db
def test_the_watch_orders_what_was_missed(
    authority: Authority, keystore: KeyStore, make_person: MakePerson, make_certificate: MakeCertificate
) -> None:
    certificate = make_certificate(make_person())
    status_publication.publish(authority.id, keystore=keystore)
    suspension.suspend(certificate.pk, by=holder_of(certificate.person))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # as if the database had been restored without its jobs
        status_publication.watch()
        status_publication.watch()
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'certificates.publish_crl'")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_the_database_says_what_changed(
    authority: Authority, make_person: MakePerson, make_certificate: MakeCertificate
) -> None:
    """Validation reads rows by this number: a change without a new, higher number would be passed over."""
    certificate = make_certificate(make_person())
    before = certificate.change_seq
    suspension.suspend(certificate.pk, by=holder_of(certificate.person))
    certificate.refresh_from_db()
    assert certificate.change_seq > before > 0
