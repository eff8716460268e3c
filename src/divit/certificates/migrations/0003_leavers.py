from pathlib import Path

from django.db import migrations, models

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("certificates", "0002_by_change")]

    operations = [
        migrations.AddField(
            model_name="statuschange",
            name="said",
            field=models.CharField(
                blank=True,
                db_comment="kvkk: kimlik; why, in the actor's words; archive period",
                default="",
                max_length=120,
            ),
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(
                condition=models.Q(("state", "revoked"), _negated=True),
                fields=["institution", "not_after"],
                name="certificate_of_institution",
            ),
        ),
        migrations.RunSQL(
            (_SQL / "waive.sql").read_text(encoding="utf-8"), (_SQL / "waive_undo.sql").read_text(encoding="utf-8")
        ),
    ]
