"""Institutions: the reviewed file, rules by date, appointments by day."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from divit.audit import selectors as audit
from divit.identity.models import Person
from divit.institutions import selectors, services
from divit.institutions.models import Institution, InstitutionRule
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.kernel.turkish import sort_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def ayse() -> Person:
    return Person.objects.create(tckn="10000000146", given_names="Ayşe", surname="Işık", birth_place="Şişli")


@pytest.fixture
def ministry() -> Institution:
    services.load_reference_data(by=SYSTEM)
    return Institution.objects.get(name="T.C. Milli Eğitim Bakanlığı")


def test_the_reviewed_file_loads_once_and_in_turkish_order() -> None:
    assert services.load_reference_data(by=SYSTEM) > 0
    assert services.load_reference_data(by=SYSTEM) == 0
    names = [row.name for row in selectors.active_institutions()]
    assert "T.C. Milli Eğitim Bakanlığı" in names
    assert names == sorted(names, key=sort_key)
    assert len(audit.entries_of("institutions", "institutions.yaml")) == 1


def test_a_rule_holds_until_the_next(ministry: Institution) -> None:
    first = date(2022, 4, 1)
    later = date(2027, 1, 1)
    InstitutionRule.objects.create(
        institution=ministry,
        valid_from=later,
        form_target="centre",
        pay_gate="after_form",
        born_state="suspended",
        profile="etsi-tr",
    )
    assert selectors.rule_for(ministry.id, on=first).pay_gate == "before_form"
    assert selectors.rule_for(ministry.id, on=later - timedelta(days=1)).pay_gate == "before_form"
    assert selectors.rule_for(ministry.id, on=later).pay_gate == "after_form"
    with pytest.raises(NotFound):
        selectors.rule_for(ministry.id, on=first - timedelta(days=1))


def test_a_rule_in_force_is_not_edited(tmp_path: Path, ministry: Institution) -> None:
    text = services.REFERENCE.read_text(encoding="utf-8").replace("born_state: valid", "born_state: suspended", 1)
    changed = tmp_path / "institutions.yaml"
    changed.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match="rule_already_in_force"):
        services.load_reference_data(by=SYSTEM, path=changed)


def test_a_misspelt_rule_is_refused(tmp_path: Path) -> None:
    text = services.REFERENCE.read_text(encoding="utf-8").replace("form_target: institution", "form_target: here", 1)
    changed = tmp_path / "institutions.yaml"
    changed.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match="rule_value_unknown"):
        services.load_reference_data(by=SYSTEM, path=changed)
    assert not Institution.objects.exists()


def test_an_appointment_counts_from_its_first_to_its_last_day(ministry: Institution, ayse: Person) -> None:
    today = clock.today()
    who = {"person_id": ayse.id, "institution_id": ministry.id}
    row = services.appoint(**who, role="representative", starts=today, by=SYSTEM)
    assert selectors.holds_appointment(**who, role="representative")
    assert not selectors.holds_appointment(**who, role="officer")
    assert not selectors.holds_appointment(**who, role="representative", on=today - timedelta(days=1))
    services.end_appointment(row, by=SYSTEM)
    assert not selectors.holds_appointment(**who, role="representative", on=today + timedelta(days=1))
    with pytest.raises(Refused, match="appointment_already_ended"):
        services.end_appointment(row, by=SYSTEM)


def test_nobody_is_appointed_twice_or_backwards(ministry: Institution, ayse: Person) -> None:
    today = clock.today()
    who = {"person_id": ayse.id, "institution_id": ministry.id, "starts": today, "by": SYSTEM}
    services.appoint(**who, role="officer")
    with pytest.raises(Refused, match="already_appointed"):
        services.appoint(**who, role="officer")
    with pytest.raises(Invalid, match="appointment_ends_before_start"):
        services.appoint(**who, role="viewer", ends=today - timedelta(days=1))
    with pytest.raises(Invalid, match="appointment_role_unknown"):
        services.appoint(**who, role="king")


def test_the_database_itself_refuses_a_backward_appointment(ministry: Institution, ayse: Person) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ministry.appointment_set.create(
            person=ayse, role="viewer", starts=date(2026, 2, 1), ends=date(2026, 1, 1), appointed_by="system:system"
        )
