"""Where the institution has its cards sent to its representative, nobody is asked for an address."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from divit.applications import selectors
from divit.applications.kinds import Kind
from divit.applications.models import Application
from divit.applications.steps import Step
from divit.flows import self_paid_application, withdrawal
from divit.identity.models import Person
from divit.institutions.models import Institution, InstitutionRule
from divit.kernel.errors import Refused
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import PLACES, TYPED, Way

pytestmark = pytest.mark.django_db
ASKED = {step: typed for step, typed in TYPED.items() if step is not Step.DELIVERY}


@pytest.fixture
def together(ministry: Institution) -> Institution:
    """The ministry by a rule that sends its cards to the representative."""
    InstitutionRule.objects.filter(institution=ministry).update(delivery="representative")
    return ministry


def _fill(row: Application) -> None:
    for step, typed in ASKED.items():
        assert self_paid_application.save_step(row.id, step, typed, addresses=PLACES, by=holder_of(row.person)) == []


def _text(answer: object) -> str:
    main = BeautifulSoup(answer.content, "html.parser").find("main")  # type: ignore[attr-defined]
    assert main is not None
    return " ".join(main.get_text(" ").split())


def test_the_delivery_part_says_so_and_asks_nothing(mine: Client, ayse: Person, together: Institution) -> None:
    mine.post(reverse("portal:application_new"), {"institution": str(together.id), "kind": "first"})
    row = Application.objects.get(person=ayse)
    for step, typed in ASKED.items():
        answer = mine.post(reverse("portal:application_step", args=[row.id, step]), typed | {"act": "next"})
    delivery = reverse("portal:application_step", args=[row.id, Step.DELIVERY])
    assert answer.headers["Location"] == delivery
    page = mine.get(delivery)
    assert "topluca e-imza temsilcisine getirtiyor" in _text(page)
    assert 'name="street"' not in page.content.decode()
    back = mine.post(delivery, {"act": "back"})
    assert back.headers["Location"] == reverse("portal:application_step", args=[row.id, Step.WORKPLACE])
    summary = reverse("portal:application_summary", args=[row.id])
    assert mine.post(delivery, TYPED[Step.DELIVERY] | {"act": "next"}).headers["Location"] == summary
    row.refresh_from_db()
    assert (row.address_kind, row.street) == ("rep", "")
    told = _text(mine.get(summary))
    assert "Kurumunuzun e-imza temsilcisi" in told
    assert "719. Sokak" not in told


def test_it_is_submitted_without_an_address_and_the_form_says_where_the_card_goes(
    mine: Client, way: Way, ayse: Person, together: Institution
) -> None:
    row = way.begin(ayse, together, Kind.FIRST)
    _fill(row)
    way.confirm(row)
    way.prove(row)
    row = way.submit(row)
    assert (row.state, row.province) == ("open", "")
    pdf = mine.get(reverse("portal:application_form_pdf", args=[row.id]))
    text = " ".join(PdfReader(BytesIO(pdf.content)).pages[0].extract_text().split())
    assert "kurumun e-imza temsilcisine gönderilir" in text
    status = mine.get(reverse("portal:application_status", args=[row.id]))
    assert reverse("portal:application_amend", args=[row.id, Step.WORKPLACE]) in status.content.decode()
    amend = reverse("portal:application_amend", args=[row.id, Step.DELIVERY])
    assert amend not in status.content.decode()
    assert mine.get(amend).status_code == 404
    with pytest.raises(Refused, match="delivery_fixed_by_institution"):
        self_paid_application.amend(row.id, Step.DELIVERY, TYPED[Step.DELIVERY], addresses=PLACES, by=holder_of(ayse))


def test_another_institution_asks_again_and_nobody_types_the_representative(
    way: Way, ayse: Person, together: Institution, treasury: Institution
) -> None:
    row = way.begin(ayse, together)
    _fill(row)
    by = holder_of(ayse)
    with pytest.raises(Refused, match="delivery_fixed_by_institution"):
        self_paid_application.save_step(row.id, Step.DELIVERY, TYPED[Step.DELIVERY], addresses=PLACES, by=by)
    row = self_paid_application.choose(row.id, institution_id=treasury.id, kind=Kind.OTHER, by=by)
    assert row.address_kind == ""
    assert Step.DELIVERY not in row.steps_done
    typed = TYPED[Step.DELIVERY] | {"address_kind": "rep"}
    (wrong,) = self_paid_application.save_step(row.id, Step.DELIVERY, typed, addresses=PLACES, by=by)
    assert (wrong.code, wrong.field) == ("choice_unknown", "address_kind")
    way.fill(row)
    row = self_paid_application.choose(row.id, institution_id=together.id, kind=Kind.OTHER, by=by)
    row = selectors.application(row.id)
    assert (row.address_kind, row.province, row.street) == ("rep", "", "")
    assert Step.DELIVERY in row.steps_done


def test_the_next_application_there_is_not_held_up_by_the_earlier_answer(
    way: Way, ayse: Person, together: Institution, treasury: Institution
) -> None:
    earlier = way.begin(ayse, together)
    _fill(earlier)
    way.confirm(earlier)
    way.prove(earlier)
    way.submit(earlier)
    withdrawal.withdraw(earlier.id, by=holder_of(ayse))
    again = way.begin(ayse, together)
    assert (again.address_kind, Step.DELIVERY in again.steps_done) == ("rep", True)
    _fill(again)
    way.confirm(again)
    withdrawal.withdraw(again.id, by=holder_of(ayse))
    elsewhere = way.begin(ayse, treasury)
    assert (elsewhere.address_kind, Step.DELIVERY in elsewhere.steps_done) == ("", False)
