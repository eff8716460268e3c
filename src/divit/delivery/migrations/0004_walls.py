from django.db import migrations

from divit.audit.wall_sql import wall


class Migration(migrations.Migration):
    """Boxes of one institution are not there for a page of another (docs/decisions/second-wall.md)."""

    dependencies = [
        ("delivery", "0003_consignments"),
    ]

    operations = [wall("delivery_consignment")]
