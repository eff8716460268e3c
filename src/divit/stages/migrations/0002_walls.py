from django.db import migrations

from divit.audit.wall_sql import wall, wall_where_owned


class Migration(migrations.Migration):
    """Figures of one institution are not there for a page of another (docs/decisions/second-wall.md)."""

    dependencies = [
        ("stages", "0001_initial"),
    ]

    operations = [
        wall("stages_case"),
        wall_where_owned("stages_block"),
    ]
