"""The database's own log names nobody, also when a statement fails."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from divit.identity.models import Person
from tests.factories import people


@pytest.mark.django_db
def test_a_failed_statement_leaves_no_personal_number_in_the_log(settings: Any) -> None:
    """PostgreSQL would write the statement and «Key (tckn)=(…) already exists»."""
    person = people.person()
    with pytest.raises(IntegrityError, match="tckn"), transaction.atomic():
        Person.objects.create(tckn=person.tckn, given_names="Ada", surname="Deneme")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")  # the line is written before the answer to the next statement
    log = (settings.DIVIT.home / "log" / "postgres.log").read_text()
    assert "duplicate key value violates unique constraint" in log
    assert person.tckn not in log
