"""What the database must know by itself: the class of every column, every law, every deferred job."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from divit.project.laws import LAWS

SOURCE = Path(__file__).resolve().parents[2] / "src" / "divit"
KVKK = re.compile(r"kvkk: (kimlik|iletişim|finans|yok); .+")


def test_every_column_states_its_class_of_personal_data() -> None:
    missing = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("divit.") and model._meta.managed
        for field in model._meta.local_fields
        if not field.primary_key or field.db_comment
        if not KVKK.match(field.db_comment or "")
    ]
    assert not missing


@pytest.mark.django_db
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_the_database_enforces_every_law(law: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = %s", [f"law_{law.name}"])  # type: ignore[attr-defined]
        assert cursor.fetchone()[0] == 1
        cursor.execute("SELECT source, act, target FROM audit_move WHERE law = %s", [law.name])  # type: ignore[attr-defined]
        assert set(cursor.fetchall()) == law.moves()  # type: ignore[attr-defined]


def test_every_law_of_the_house_is_registered() -> None:
    with_law = {file.parent.name for file in SOURCE.glob("*/lifecycle.py")} - {"kernel"}
    assert with_law
    named = (SOURCE / "project" / "laws.py").read_text()
    assert {room for room in with_law if f"divit.{room}" not in named} == set()


def test_every_deferred_job_has_a_task() -> None:
    deferred = {
        name for file in SOURCE.rglob("*.py") for name in re.findall(r"later\(\s*\"([\w.]+)\"", file.read_text())
    }
    registered = {
        name for file in (SOURCE / "worker").glob("*.py") for name in re.findall(r"name=\"([\w.]+)\"", file.read_text())
    }
    assert deferred
    assert deferred - registered == set()
