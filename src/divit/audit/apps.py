"""After every migration the database is told the moves of every law."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from divit.audit.law_sql import write_down_moves


class AuditConfig(AppConfig):
    """The ledger's tables and the moves that triggers enforce."""

    name = "divit.audit"

    def ready(self) -> None:
        post_migrate.connect(write_down_moves, sender=self)
