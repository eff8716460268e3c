"""The jobs of money and codes, run by a real worker against the real wires."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr
from pytest_django import Settings

from divit import wiring
from divit.flows import payment, phone_proof, withdrawal
from divit.kernel.phone import Phone
from divit.payments.models import Attempt, Charge
from divit.verification import codes
from tests.contract.conftest import KEYS, RunningWorld
from tests.factories import people
from tests.integration.payments.conftest import Payer

pytestmark = pytest.mark.django_db(transaction=True)
Owe = Callable[..., Charge]
RunJobs = Callable[..., None]


@pytest.fixture(autouse=True)
def _wired(world: RunningWorld, settings: Settings) -> Iterator[None]:
    settings.DIVIT = settings.DIVIT.model_copy(
        update={
            "bank_url": f"{world.url}/bank/fim/est3Dgate",
            "bank_api_url": f"{world.url}/bank/fim/api",
            "bank_client_id": "190100000",
            "bank_store_key": SecretStr(KEYS.bank),
            "bank_api_user": "divit",
            "bank_api_password": SecretStr(KEYS.bank_password),
            "sms_url": f"{world.url}/sms/send",
            "sms_api_key": SecretStr(KEYS.sms),
            "smtp_port": world.smtp_port,
        }
    )
    for port in (wiring.bank, wiring.sms, wiring.mail):
        port.cache_clear()
    yield
    for port in (wiring.bank, wiring.sms, wiring.mail):
        port.cache_clear()


def test_a_word_of_the_bank_is_followed_up_at_once(owe: Owe, payer: Payer, run_jobs: RunJobs) -> None:
    charge = owe()
    begun = payer.begin(charge)
    payer.hear(payer.at_bank(begun.page))
    run_jobs("default")
    charge.refresh_from_db()
    assert charge.state == "paid"


def test_money_goes_back_by_itself(owe: Owe, payer: Payer, run_jobs: RunJobs) -> None:
    charge = owe()
    begun = payer.begin(charge)
    payer.hear(payer.at_bank(begun.page))
    run_jobs("default")
    withdrawal.withdraw(charge.application_id, by=people.actor_of(charge.person))
    run_jobs("default")
    assert Attempt.objects.get(charge=charge).state == "returned"
    assert [kind for kind, _ in payer.charges(charge)] == ["charge", "void"]


def test_a_silent_bank_leaves_a_question_for_later(
    owe: Owe, payer: Payer, world: RunningWorld, run_jobs: RunJobs
) -> None:
    charge = owe()
    begun = payer.begin(charge)
    payer.hear(payer.at_bank(begun.page))
    world.fail("bank", "inquiry_down")
    run_jobs("default")
    attempt = Attempt.objects.get(charge=charge)
    assert attempt.state == "unknown"
    assert attempt.next_inquiry_at is not None
    payment.inquire(attempt.id, bank=payer.bank)
    charge.refresh_from_db()
    assert charge.state == "paid"


def test_a_code_is_sent_once_and_proves(
    owe: Owe, world: RunningWorld, run_jobs: RunJobs, capfd: pytest.CaptureFixture[str]
) -> None:
    charge = owe()
    by = people.actor_of(charge.person)
    phone = Phone("0505 987 65 43")
    code = phone_proof.send(
        person=charge.person,
        phone=phone,
        purpose="application",
        subject_id="1",
        session=by.session,
        address="192.0.2.1",
        by=by,
    )
    run_jobs("default")
    phone_proof.deliver(str(code.id), sms=wiring.sms(), mail=wiring.mail())
    messages = [message["text"] for message in world.inbox(str(phone))]
    assert len(messages) == 1
    digits = codes.code_of(code.id)
    assert messages[0].startswith(digits)
    assert messages[0].endswith(f"#{digits}")
    assert phone_proof.prove(code.id, typed=messages[0][:6], session=by.session, by=by).state == "proven"
    told = "".join(capfd.readouterr())
    assert digits not in told
    assert str(phone) not in told
