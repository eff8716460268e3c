"""Staff come in by e-mail code and second factor, and by nothing less."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from divit import wiring
from divit.audit import selectors as audit
from divit.flows import staff_letters
from divit.identity import staff
from divit.identity.models import StaffAccount
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from tests.contract.conftest import RunningWorld, one_world, world
from tests.integration.console.conftest import seat

__all__ = ["one_world", "world"]

pytestmark = pytest.mark.django_db(transaction=True)
# Everything in the form of a passkey's answer, and nothing of one in it.
_STRANGE = (
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "clientExtensionResults": {}, "response": '
    '{"clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "AAAA"}}'
)
MakeStaff = Callable[..., tuple[StaffAccount, str]]
Mailbox = Callable[[str], list[str]]


@pytest.fixture
def mailbox(world: RunningWorld, settings: Settings, run_jobs: Callable[..., None]) -> Iterator[Mailbox]:
    """What the worker has sent to an address by the real wire, newest first; the world forgets nothing by itself."""
    told = {"smtp_host": "127.0.0.1", "smtp_port": world.smtp_port}
    settings.DIVIT = settings.DIVIT.model_copy(update=told)
    wiring.mail.cache_clear()
    # Other tests' staff had the same addresses.
    addresses = [f"calisan{number}@merkez.example" for number in (1, 2)]
    old = {address: len(world.inbox(address)) for address in addresses}

    def read(email: str) -> list[str]:
        run_jobs()
        letters = [letter["text"] for letter in world.inbox(email)]
        return letters[: len(letters) - old.get(email, 0)]

    yield read
    wiring.mail.cache_clear()


def _totp(secret: str, *, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def _with_the_code(client: Client, email: str, mailbox: Mailbox) -> HttpResponse:
    answer = client.post(reverse("account_login"), {"login": email, "next": "/masa/uretim/"})
    assert answer.status_code == 302, answer.content.decode()
    code = re.search(r": ([A-Z0-9-]+)\n", mailbox(email)[0])
    assert code is not None
    return client.post(reverse("account_confirm_login_code"), {"code": code[1], "next": "/masa/uretim/"})


def _as_far_as_the_second_factor(client: Client, email: str, mailbox: Mailbox) -> None:
    answer = _with_the_code(client, email, mailbox)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("mfa_authenticate"))


def test_the_whole_way_in(make_staff: MakeStaff, mailbox: Mailbox) -> None:
    account, secret = make_staff(Role.PRODUCER)
    client = Client()
    assert client.get("/masa/uretim/").status_code == 302
    _as_far_as_the_second_factor(client, account.email, mailbox)
    assert client.get("/masa/uretim/").status_code == 302  # the e-mail code alone opens nothing
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    assert "Kod doğru değil" in wrong.content.decode()
    answer = client.post(reverse("mfa_authenticate"), {"code": _totp(secret)})
    assert answer.status_code == 302
    page = client.get("/masa/uretim/")
    assert page.status_code == 200
    assert "Üretim masası" in page.content.decode()
    client.post(reverse("account_logout"))
    assert client.get("/masa/uretim/").status_code == 302


def test_a_code_of_the_app_opens_once(make_staff: MakeStaff, mailbox: Mailbox) -> None:
    account, secret = make_staff(Role.PRODUCER)
    code = _totp(secret)
    for expected in (302, 200):
        client = Client()
        _as_far_as_the_second_factor(client, account.email, mailbox)
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected


def test_an_unknown_address_is_answered_like_a_known_one(make_staff: MakeStaff, mailbox: Mailbox) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    unknown = "kimse@merkez.example"
    Client().post(reverse("account_login"), {"login": "ilk@merkez.example"})  # the address's counter begins
    with CaptureQueriesContext(connection) as for_known:
        known_answer = Client().post(reverse("account_login"), {"login": account.email})
    with CaptureQueriesContext(connection) as for_unknown:
        answer = Client().post(reverse("account_login"), {"login": unknown})
    assert (answer.status_code, answer.headers["Location"]) == (302, known_answer.headers["Location"])
    # The same work: the letter, or the want of one, is the worker's business.
    # The package looks for an unknown address in one table more; all else, and all that takes time, is the same.
    done, done_for_unknown = (
        [query["sql"][:30] for query in each if not query["sql"].startswith("DECLARE")]
        for each in (for_known, for_unknown)
    )
    assert done == done_for_unknown
    assert ProcrastinateJob.objects.filter(task_name="identity.send_sign_in_code").count() == 3
    assert len(mailbox(account.email)) == 1
    assert mailbox(unknown) == []


def test_a_mail_server_that_is_down_tells_nothing_and_the_code_comes_later(
    make_staff: MakeStaff, mailbox: Mailbox, world: RunningWorld
) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    world.fail("mail", "down")
    assert Client().post(reverse("account_login"), {"login": account.email}).status_code == 302
    assert mailbox(account.email) == []
    job = ProcrastinateJob.objects.get(task_name="identity.send_sign_in_code")
    assert job.status == "todo"
    assert account.email not in str(job.args)
    staff_letters.deliver(job.args["sealed"], mail=wiring.mail())
    (letter,) = mailbox(account.email)
    assert "giriş kodunuz" in letter
    with time_machine.travel(clock.now() + timedelta(seconds=staff_letters.GOOD_FOR_SECONDS + 1)):
        staff_letters.deliver(job.args["sealed"], mail=wiring.mail())
    assert len(mailbox(account.email)) == 1


def test_behind_a_proxy_each_browser_has_its_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.DIVIT, "trusted_proxies", 1)

    def may_ask(number: int, forwarded: str) -> bool:
        told = {"X-Forwarded-For": forwarded}
        answer = Client().post(reverse("account_login"), {"login": f"k{number}@x.example"}, headers=told)
        assert answer.status_code == 302 or "Çok fazla deneme" in answer.content.decode()
        return answer.status_code == 302

    # What the browser itself puts in front is hearsay and buys no new limit.
    from_one = [may_ask(number, f"203.0.113.{number}, 198.51.100.7") for number in range(25)]
    assert from_one[0]
    assert not from_one[-1]
    assert may_ask(50, "203.0.113.1, 198.51.100.8")


def test_an_account_without_second_factor_gets_nowhere(make_staff: MakeStaff, mailbox: Mailbox) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    Authenticator.objects.all().delete()
    client = Client()
    answer = _with_the_code(client, account.email, mailbox)
    assert answer.headers["Location"] == reverse("console:no_second_factor")
    assert "İkinci adım kurulu değil" in client.get(answer.headers["Location"]).content.decode()
    assert client.get("/masa/uretim/").status_code == 302
    assert client.get(reverse("mfa_activate_totp")).status_code == 302


def test_a_session_without_second_factor_or_too_long_idle_is_no_session(make_staff: MakeStaff) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    assert seat(account, methods=["code"]).get("/masa/uretim/").status_code == 302
    client = seat(account)
    assert client.get("/masa/uretim/").status_code == 200
    session = client.session
    session["console_seen"] -= 31 * 60
    session.save()
    assert client.get("/masa/uretim/").status_code == 302
    assert client.get("/masa/uretim/").status_code == 302


def test_a_closed_account_is_out_at_once(make_staff: MakeStaff) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    client = seat(account)
    staff.close_account(account.email, by=SYSTEM)
    assert client.get("/masa/uretim/").status_code == 302


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password", "account_request_login_code"])
def test_pages_that_we_do_not_have(name: str) -> None:
    assert Client().get(reverse(name)).status_code == 404
    assert Client().post(reverse(name), {"email": "x@y.example", "password1": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["account_change_password", "account_set_password", "account_email"])
def test_pages_that_do_not_even_have_an_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        get_resolver().reverse(name)


def test_no_password_opens_anything(make_staff: MakeStaff) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    assert not account.has_usable_password()
    client = Client()
    client.post(reverse("account_login"), {"login": account.email, "password": "x"})
    assert "_auth_user_id" not in client.session


def test_the_secret_of_the_second_factor_is_not_readable_at_rest(make_staff: MakeStaff) -> None:
    _account, secret = make_staff(Role.PRODUCER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert all(secret not in row[0] for row in cursor.fetchall())


def test_every_page_of_the_own_account_opens(make_staff: MakeStaff, mailbox: Mailbox) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    waiting = Client()
    _as_far_as_the_second_factor(waiting, account.email, mailbox)
    assert waiting.get(reverse("mfa_authenticate")).status_code == 200
    asked = seat(account).get(reverse("mfa_deactivate_totp"))
    assert asked.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    client = seat(account, again=True)
    names = ["mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_list_webauthn"]
    names += ["mfa_add_webauthn", "mfa_reauthenticate", "account_logout"]
    for name in names:
        answer = client.get(reverse(name))
        assert answer.status_code == 200, (name, answer.headers)
    refused = client.post(reverse("mfa_deactivate_totp"))
    assert "Son ikinci adımınız kaldırılamaz" in refused.content.decode()
    assert Authenticator.objects.filter(user=account, type="totp").exists()
    client.post(reverse("mfa_generate_recovery_codes"))
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_accounts_are_made_changed_and_closed_in_the_ledger(make_staff: MakeStaff) -> None:
    account, secret = make_staff(Role.PRODUCER, Role.INSPECTOR)
    uri = staff.renew_second_factor(account.email, by=SYSTEM)
    assert secret not in uri
    staff.set_desks(account.email, desks=[Role.AUDITOR], by=SYSTEM)
    staff.close_account(account.email, by=SYSTEM)
    acts = [entry.act for entry in audit.entries_of("staff", str(account.pk))]
    assert acts == ["staff.close", "staff.desks", "staff.second_factor", "staff.create"]


def test_wrong_accounts_are_refused(make_staff: MakeStaff) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    with pytest.raises(Refused, match="staff_exists"):
        staff.create_staff(account.email.upper(), name="X", desks=[], by=SYSTEM)
    for given in ({"email": "no address"}, {"name": " "}, {"desks": [Role.HOLDER]}, {"desks": ["boss"]}):
        wanted = {"email": "a@b.example", "name": "A", "desks": [Role.AUDITOR], **given}
        with pytest.raises(Invalid):
            staff.create_staff(wanted["email"], name=wanted["name"], desks=wanted["desks"], by=SYSTEM)
    with pytest.raises(NotFound):
        staff.close_account("kimse@merkez.example", by=SYSTEM)


def _acts(account: StaffAccount) -> list[str]:
    return [entry.act for entry in audit.entries_of("staff", str(account.pk))]


def test_every_sign_in_is_in_the_ledger_with_its_steps(make_staff: MakeStaff, mailbox: Mailbox) -> None:
    account, secret = make_staff(Role.PRODUCER)
    client = Client()
    _as_far_as_the_second_factor(client, account.email, mailbox)
    assert _acts(account) == ["staff.first_step", "staff.create"]
    client.post(reverse("mfa_authenticate"), {"code": _totp(secret)})
    came = audit.entries_of("staff", str(account.pk))[0]
    assert (came.act, came.role, came.actor_id) == ("staff.sign_in", "staff", str(account.pk))
    assert came.facts == {"how": ["code", "totp"]}
    client.post(reverse("account_logout"))
    assert _acts(account)[0] == "staff.sign_out"


def test_who_has_no_second_factor_is_turned_away_in_the_ledger(make_staff: MakeStaff, mailbox: Mailbox) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    Authenticator.objects.all().delete()
    client = Client()
    _with_the_code(client, account.email, mailbox)
    assert _acts(account) == ["staff.turned_away", "staff.create"]


def test_changes_of_second_factors_are_in_the_ledger(make_staff: MakeStaff) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    _key_of(account)
    client, elsewhere = seat(account, again=True), seat(account)
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert elsewhere.get("/masa/uretim/").status_code == 302  # perhaps opened with what has just gone
    assert client.get("/masa/uretim/").status_code == 200
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    secret = client.session["mfa.totp.secret"]
    assert client.post(reverse("mfa_activate_totp"), {"code": _totp(secret)}).status_code == 302
    assert client.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    told = [(entry.act, entry.facts.get("kind")) for entry in audit.entries_of("staff", str(account.pk))]
    assert told[:3] == [
        ("staff.factor_added", "recovery_codes"),
        ("staff.factor_added", "totp"),
        ("staff.factor_removed", "totp"),
    ]


def test_a_renewed_second_factor_ends_what_the_old_one_opened(make_staff: MakeStaff) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    client = seat(account)
    assert client.get("/masa/uretim/").status_code == 200
    staff.renew_second_factor(account.email, by=SYSTEM)
    assert client.get("/masa/uretim/").status_code == 302


def _key_of(account: StaffAccount) -> Authenticator:
    data = {"name": "Çekmecedeki anahtar", "credential": {}}
    key: Authenticator = Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data=data)
    return key


def test_the_last_second_factor_stays_whichever_it_is(make_staff: MakeStaff) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    spare, last = _key_of(account), _key_of(account)
    client = seat(account, again=True)
    removing = reverse("mfa_remove_webauthn", args=[last.pk])
    assert "Bu anahtarla artık giriş yapılamaz." in client.get(removing).content.decode()
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302  # two passkeys remain
    assert client.post(reverse("mfa_remove_webauthn", args=[spare.pk])).status_code == 302
    for answer in (client.get(removing), client.post(removing)):
        page = answer.content.decode()
        assert "Son ikinci adımınız kaldırılamaz; önce bir başkasını ekleyin." in page
        assert "data-alarm" not in page
    assert "add another one first" in client.post(removing, headers={"Accept-Language": "en"}).content.decode()
    assert list(Authenticator.objects.filter(user=account, type="webauthn")) == [last]


def test_two_removals_at_once_leave_one_second_factor(make_staff: MakeStaff) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    Authenticator.objects.filter(user=account).delete()
    first, second = _key_of(account), _key_of(account)
    client = seat(account, again=True)

    def remove_second() -> int:
        try:
            return client.post(reverse("mfa_remove_webauthn", args=[second.pk])).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            first.delete()  # by somebody who has not come to the end yet
            answer = threads.submit(remove_second)
            while not answer.done() and not _somebody_waits():
                time.sleep(0.02)
        assert answer.result() == 200
    assert Authenticator.objects.filter(user=account).get() == second


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("given", ["", "x", "1", "[1]", '{"x": 1}', '{"id": "AA", "response": 1}', _STRANGE])
def test_what_is_no_passkey_is_refused_in_plain_words(make_staff: MakeStaff, mailbox: Mailbox, given: str) -> None:
    account, _secret = make_staff(Role.PRODUCER)
    words = "JavaScript açık olmalıdır" if not given else "Bu geçiş anahtarı kabul edilmedi"
    client, address = Client(), reverse("mfa_login_webauthn")
    assert "request_options" in client.get(address, headers={"Accept": "application/json"}).json()
    page = client.post(address, {"credential": given, "next": "/masa/uretim/"}).content.decode()
    assert words in page
    assert "<title>Hata:" in page
    assert 'value="/masa/uretim/"' in page
    _as_far_as_the_second_factor(client, account.email, mailbox)
    assert words in client.post(reverse("mfa_authenticate"), {"credential": given}).content.decode()
    assert client.get("/masa/uretim/").status_code == 302
    inside = seat(account, again=True)
    added = inside.post(reverse("mfa_add_webauthn"), {"credential": given, "name": "X"}).content.decode()
    assert ("Geçiş anahtarı eklenemedi" if given else words) in added
