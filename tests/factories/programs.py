"""A program of an institution with everything that hangs on it, let in by two officers who are nobody else."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from divit.connections import answers, services
from divit.connections.lifecycle import Act
from divit.connections.models import Key, Program
from divit.connections.scopes import Scope
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Actor, Role


def program_of(institution: Institution, *, name: str = "Gizli program") -> Program:
    """Open, with a key, a token and an answer that is kept."""
    first, second = (
        Actor(role=Role.OFFICER, id=str(uuid4()), institution_id=str(institution.pk)) for _officer in range(2)
    )
    today = clock.today()
    ends, decide_by = today + timedelta(days=9), today + timedelta(days=5)
    row = services.ask(institution.pk, name=name, scopes=[Scope.ROSTERS_READ], ends=ends, decide_by=decide_by, by=first)
    with transaction.atomic():
        row = services.locked(institution.pk, row.pk)
        services.decide(row, Act.CONFIRM, by=second)
        services.renew_key(row, at_once=False, by=first)
    services.give_token(Key.objects.get(program=row), scopes=[Scope.ROSTERS_READ], by=second)
    answers.keep(answers.begin(row.pk, key="bir", call=b"POST"), status=200, body=b"{}")
    return row
