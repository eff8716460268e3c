import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0005_email_key")]

    operations = [
        migrations.AlterField(
            model_name="application",
            name="person",
            field=models.ForeignKey(
                db_comment="kvkk: kimlik; who; archive period",
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="identity.person",
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="institution",
            field=models.ForeignKey(
                db_comment="kvkk: yok; through whom; archive period",
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="institutions.institution",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("submitted_at__isnull", False)),
                fields=["person", "institution"],
                name="application_places",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("submitted_at__isnull", False)),
                fields=["institution", "person"],
                name="application_people",
            ),
        ),
    ]
