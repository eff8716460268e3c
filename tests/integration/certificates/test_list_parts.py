"""Lists in parts: what is kept is what was signed, earlier lists can be made again, and deltas add up to the list."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.db import connection, transaction

from divit.certificates import lists, next_list
from divit.certificates.list_models import ListBlock, ListChange, PublishedCrl, PublishedDelta
from divit.certificates.models import Certificate, PublishedStatus
from divit.flows import phone_proof, reinstatement, revocation, status_publication, suspension
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki import crl
from divit.pki.authority import Authority
from divit.pki.crl_entries import split
from divit.pki.crl_reader import Line, lines_of, parted
from divit.pki.keystores import KeyStore
from divit.pki.reasons import Reason
from tests.fixtures_pki import Held, holder_of

MakePerson = Callable[..., Person]
MakeCertificate = Callable[..., Certificate]
Publish = Callable[[], PublishedCrl]


@pytest.fixture
def publish(authority: Authority, keystore: KeyStore, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """A list, one minute after the one before."""
    began, minutes = clock.now(), iter(range(1_000))

    def again() -> PublishedCrl:
        now = began + timedelta(minutes=next(minutes))
        with monkeypatch.context() as patched:
            patched.setattr(clock, "now", lambda: now)
            made = status_publication.publish(authority.id, keystore=keystore)
        assert made is not None
        return made

    return again


@pytest.fixture
def several(make_person: MakePerson, make_certificate: MakeCertificate) -> list[Certificate]:
    person = make_person()
    return [make_certificate(person) for _ in range(5)]


def whole(published: PublishedCrl) -> bytes:
    return lists.whole(published.issuer)


def lines(der: bytes) -> dict[int, Line]:
    return lines_of(x509.load_der_x509_crl(der))


@pytest.mark.django_db
def test_each_list_is_the_one_made_of_all_statuses_and_can_be_made_again(
    publish: Publish, several: list[Certificate], authority: Authority, keystore: KeyStore, monkeypatch: Any
) -> None:
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)
    by = holder_of(several[0].person)
    kept = {(one := publish()).number: whole(one)}
    for act in (
        lambda: suspension.suspend(several[0].pk, by=by),
        lambda: revocation.revoke(several[1].pk, reason=Reason.KEY_COMPROMISE, by=by),
        lambda: (
            reinstatement.reinstate(several[0].pk, by=by, fresh_login=True),
            suspension.suspend(several[2].pk, by=by),
        ),
        lambda: revocation.revoke(several[2].pk, reason=Reason.CESSATION_OF_OPERATION, by=by),
    ):  # fmt: skip
        act()
        published = publish()
        kept[published.number] = whole(published)
        said = PublishedStatus.objects.exclude(status="good").order_by("serial")
        entries = [
            crl.Entry(
                serial=Serial.from_hex(one.serial), at=one.effective_at, reason=Reason.from_text(one.reason or "")
            )
            for one in said
            if one.effective_at
        ]
        at_once = crl.build(
            issuer=authority.certificate,
            key=keystore.open(authority.key_label),
            number=published.number,
            this_update=published.this_update,
            next_update=published.next_update,
            entries=entries,
            ca_url=authority.ca_url,
        )
        assert kept[published.number] == at_once
        assert published.entries == len(entries)
        status_publication.compare()
    for number, der in kept.items():
        assert lists.before(published.issuer, number) == der
    assert ListChange.objects.count() == 5


@pytest.mark.django_db
def test_what_was_changed_behind_the_back_is_not_signed(
    publish: Publish, several: list[Certificate], caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody with every right in the database takes an entry off the list; the next list has it again."""
    by = holder_of(several[0].person)
    revocation.revoke(several[0].pk, reason=Reason.KEY_COMPROMISE, by=by)
    several[0].refresh_from_db()
    first = publish()
    for entries in (b"", b"nonsense", bytes(ListBlock.objects.get().entries)[:-1] + b"\x04"):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE certificates_listblock SET entries = %s WHERE entries <> ''", [entries])
            cursor.execute("SET LOCAL session_replication_role = origin")
        with pytest.raises(ExceptionGroup):
            status_publication.compare()
        suspension.suspend(next(one for one in several if one.state == "valid").pk, by=by)
        several = [Certificate.objects.get(pk=one.pk) for one in several]
        with caplog.at_level(logging.ERROR):
            published = publish()
        assert "not as it was signed" in caplog.text
        assert int(several[0].serial, 16) in lines(whole(published))
        status_publication.compare()
    assert published.number > first.number


@pytest.mark.django_db
def test_what_no_act_explains_stops_the_list(publish: Publish, several: list[Certificate]) -> None:
    revocation.revoke(several[0].pk, reason=Reason.KEY_COMPROMISE, by=holder_of(several[0].person))
    publish()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE certificates_certificate SET state = 'valid', reason = '', revoked_at = NULL, effective_at = NULL,"
            " change_seq = nextval('certificate_change_seq') WHERE id = %s",
            [several[0].pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(Refused, match="crl_unexplained_difference"):
        publish()
    with connection.cursor() as cursor:  # and where the change is hidden too, the nightly comparison finds it
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE certificates_certificate SET change_seq = 1 WHERE id = %s", [several[0].pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(ExceptionGroup) as found:
        status_publication.compare()
    assert found.group_contains(Refused, match="crl_unexplained_difference")


@pytest.mark.django_db(transaction=True)
def test_of_two_signers_at_once_one_wins(
    authority: Authority, keystore: KeyStore, make_person: MakePerson, make_certificate: MakeCertificate
) -> None:
    certificate = make_certificate(make_person())
    first = status_publication.publish(authority.id, keystore=keystore)
    assert first is not None
    revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(certificate.person))
    barrier, outcomes = threading.Barrier(2), list[str]()

    class Waiting:
        """The real keys; both signers have read before either goes on."""

        def open(self, label: str) -> Any:
            barrier.wait()
            return keystore.open(label)

    def run() -> None:
        try:
            status_publication.publish(authority.id, keystore=Waiting())  # type: ignore[arg-type]
            outcomes.append("published")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("published") == 1
    assert set(outcomes) <= {"published", "crl_overtaken", "crl_number_not_greater"}
    assert int(certificate.serial, 16) in lines(whole(first))
    assert PublishedCrl.objects.count() == 2
    status_publication.compare()


@pytest.mark.django_db(transaction=True)
def test_a_list_does_not_hold_up_an_act(
    authority: Authority, keystore: KeyStore, make_person: MakePerson, make_certificate: MakeCertificate
) -> None:
    """While a list is being read somebody closes a certificate: it is told by the next list, and this one holds."""
    certificate = make_certificate(make_person())
    issuer = certificate.issuer
    closing = threading.Thread(target=_revoke, args=(certificate,))
    with next_list.Blocks() as blocks, lists.at_one_moment():
        covers = lists.last_change(issuer)
        closing.start()
        closing.join()
        assert PublishedStatus.objects.filter(status="good").count() == 1
        assert lists.last_change(issuer) == covers
        frame = status_publication.frame_now(authority, now=clock.now())
        made = next_list.draft(issuer, newest=None, covers=covers, frame=frame, into=blocks)
    assert made.entries == 0
    assert lists.last_change(issuer) > covers


def _revoke(certificate: Certificate) -> None:
    try:
        revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(certificate.person))
    finally:
        connection.close()


@pytest.mark.django_db
def test_twenty_thousand_entries_are_one_list_and_one_more_is_one_block(
    publish: Publish, several: list[Certificate]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO certificates_intent SELECT made.* FROM (SELECT to_jsonb(i) AS row FROM certificates_intent i"
            " LIMIT 1) AS one, generate_series(1, 20000) AS n, jsonb_populate_record(NULL::certificates_intent, row ||"
            " jsonb_build_object('id', gen_random_uuid(), 'card_order_id', gen_random_uuid(), 'challenge', n, 'state',"
            " 'abandoned', 'abandoned_at', now(), 'serial', upper(to_hex(4 + n % 4) || substr(md5(n::text), 1, 31)),"
            " 'change_seq', nextval('certificate_change_seq'))) AS made"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    first = publish()
    assert (first.entries, len(lines(whole(first)))) == (20_000, 20_000)
    assert 4_000 < ListBlock.objects.count() <= 4_096
    revocation.revoke(several[0].pk, reason=Reason.KEY_COMPROMISE, by=holder_of(several[0].person))
    second = publish()
    assert second.entries == 20_001
    assert ListBlock.objects.filter(number=second.number).count() == 1
    serials = [int.from_bytes(key[2:], "big") for key, _entry in split(parted(whole(second))[1])]
    assert serials == sorted(serials)
    assert lists.before(first.issuer, first.number)


@pytest.mark.django_db
def test_deltas_add_up_and_outsiders_read_them(
    publish: Publish, several: list[Certificate], settings: Any, monkeypatch: Any, tmp_path: Path, ceremony_held: Held
) -> None:
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)
    by = holder_of(several[0].person)
    suspension.suspend(several[0].pk, by=by)
    publish()
    assert not PublishedDelta.objects.exists()
    settings.DIVIT = settings.DIVIT.model_copy(update={"delta_lists": True})
    revocation.revoke(several[1].pk, reason=Reason.KEY_COMPROMISE, by=by)
    base = PublishedCrl.objects.order_by("number")[0]
    publish()
    reinstatement.reinstate(several[0].pk, by=by, fresh_login=True)
    suspension.suspend(several[2].pk, by=by)
    complete = publish()
    with connection.cursor() as cursor:
        cursor.execute("SELECT der, base_number, number FROM published_crl ORDER BY base_number NULLS FIRST")
        (der, none, number), (delta_der, base_number, delta_number) = cursor.fetchall()
    assert (none, number, base_number, delta_number) == (None, complete.number, base.number, complete.number)
    delta = x509.load_der_x509_crl(bytes(delta_der))
    indicator = delta.extensions.get_extension_for_class(x509.DeltaCRLIndicator)
    assert (indicator.critical, indicator.value.crl_number) == (True, base.number)
    parsed = x509.load_der_x509_crl(bytes(der))
    assert (
        parsed.extensions.get_extension_for_class(x509.FreshestCRL).value[0].full_name[0].value.endswith("-delta.crl")
    )  # type: ignore[index]
    added = lines(lists.before(complete.issuer, base.number))
    for entry in delta:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        if reason is x509.ReasonFlags.remove_from_crl:
            del added[entry.serial_number]
        else:
            added[entry.serial_number] = (entry.revocation_date_utc, Reason.from_text(reason.value))
    assert added == lines(bytes(der))
    for name, content in (("complete", bytes(der)), ("delta", bytes(delta_der))):
        (tmp_path / f"{name}.crl").write_bytes(content)
        issuing = ceremony_held.folder / "certificates/issuing.pem"
        said = run("openssl", "crl", "-inform", "der", "-in", tmp_path / f"{name}.crl", "-CAfile", issuing, "-noout")
        assert "verify OK" in said
        said = run("certtool", "--crl-info", "--inder", "--infile", tmp_path / f"{name}.crl")
        assert "CRL Number" in said
        assert (
            run(
                Path(sys.executable).with_name("lint_crl"),
                "lint",
                "-t",
                "CRL",
                "-p",
                "PKIX",
                "-s",
                "WARNING",
                tmp_path / f"{name}.crl",
            )
            == ""
        )


def run(*command: object) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


@pytest.mark.django_db
def test_the_world_reads_a_list_in_parts_too(publish: Publish, several: list[Certificate]) -> None:
    for one in several:
        suspension.suspend(one.pk, by=holder_of(one.person))
    published = publish()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT number, part FROM published_crl_part ORDER BY place, name")
        rows = cursor.fetchall()
        cursor.execute("SELECT der FROM published_crl")
        (der,) = cursor.fetchone()
    assert {number for number, _part in rows} == {published.number}
    assert b"".join(bytes(part) for _number, part in rows) == bytes(der) == whole(published)
    assert len(lines(bytes(der))) == 5
