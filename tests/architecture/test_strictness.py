"""The strictness that every test lives under, seen at work: each of these must fail when written by mistake."""

import socket
import warnings

import pytest
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext

from divit.identity.models import Person


@pytest.mark.django_db
def test_a_query_without_order_comes_shuffled() -> None:
    with CaptureQueriesContext(connection) as seen:
        list(Person.objects.all())
        list(Person.objects.order_by("surname"))
    assert "ORDER BY RANDOM()" in seen[0]["sql"]
    assert "RANDOM" not in seen[1]["sql"]


def test_an_unknown_template_variable_fails() -> None:
    with pytest.raises(Exception, match="nobody"):
        engines["django"].from_string("{{ nobody }}").render({})


def test_nothing_outside_this_machine_is_reached() -> None:
    with pytest.raises(AssertionError, match="tried to reach"), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


def test_a_warning_fails() -> None:
    with pytest.raises(UserWarning):
        warnings.warn("something is old", UserWarning, stacklevel=1)


@pytest.mark.django_db
def test_a_time_without_a_zone_fails() -> None:
    with pytest.raises(RuntimeWarning, match="naive"):
        list(Person.objects.filter(created_at="2026-11-22 10:00"))
