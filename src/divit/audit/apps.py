"""After every migration the database is told the moves of every law; every connection is told where the wall stands."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from divit.audit.law_sql import write_down_moves
from divit.audit.walls import tell_new_connection


class AuditConfig(AppConfig):
    """The ledger's tables and the moves that triggers enforce."""

    name = "divit.audit"

    def ready(self) -> None:
        post_migrate.connect(write_down_moves, sender=self)
        connection_created.connect(tell_new_connection)
