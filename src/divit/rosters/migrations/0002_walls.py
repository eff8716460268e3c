from django.db import migrations

from divit.audit.wall_sql import wall, wall_through


class Migration(migrations.Migration):
    """Lists and requests of one institution are not there for a page of another (docs/decisions/second-wall.md)."""

    dependencies = [
        ("rosters", "0001_initial"),
    ]

    operations = [
        wall("rosters_roster"),
        wall("rosters_request"),
        wall_through("rosters_upload", column="roster_id", parent="rosters_roster"),
    ]
