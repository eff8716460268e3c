from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("applications", "0004_search")]

    operations = [
        migrations.RemoveIndex(model_name="application", name="application_by_email"),
        migrations.AddField(
            model_name="application",
            name="email_key",
            field=models.GeneratedField(
                db_comment="kvkk: iletişim; the mailbox however it was typed, for the registry's search; archive period",
                db_persist=True,
                expression=Upper("email"),
                output_field=models.CharField(max_length=254),
            ),
        ),
        migrations.AddIndex(
            model_name="application", index=models.Index(fields=["email_key"], name="application_by_mailbox")
        ),
    ]
