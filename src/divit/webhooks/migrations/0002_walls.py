from django.db import migrations

from divit.audit.wall_sql import wall, wall_through


class Migration(migrations.Migration):
    """What one institution's programs are told is not there for a page of another (docs/decisions/second-wall.md)."""

    dependencies = [
        ("webhooks", "0001_initial"),
    ]

    operations = [
        wall("webhooks_webhook"),
        wall("webhooks_message"),
        wall_through("webhooks_delivery", column="webhook_id", parent="webhooks_webhook"),
    ]
