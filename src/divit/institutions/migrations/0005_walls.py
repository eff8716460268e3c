from django.db import migrations

from divit.audit.wall_sql import wall, wall_through


class Migration(migrations.Migration):
    """Rows of one institution are not there for a request of another (docs/decisions/second-wall.md)."""

    dependencies = [
        ("institutions", "0004_proposals"),
        ("applications", "0001_initial"),
        ("certificates", "0001_initial"),
        ("production", "0001_initial"),
    ]

    operations = [
        wall("institutions_appointment"),
        wall("institutions_contract"),
        wall_through("institutions_contractprice", column="contract_id", parent="institutions_contract"),
        wall_through("institutions_quotadraw", column="contract_id", parent="institutions_contract"),
        wall("institutions_proposal"),
        wall("applications_application"),
        wall("certificates_certificate"),
        wall("certificates_intent"),
        wall("production_cardorder"),
    ]
