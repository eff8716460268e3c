from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("certificates", "0003_leavers")]

    operations = [
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(
                condition=models.Q(("state", "revoked"), _negated=True), fields=["not_after"], name="certificate_by_end"
            ),
        ),
        migrations.AddIndex(
            model_name="certificate", index=models.Index(fields=["serial"], name="certificate_by_serial")
        ),
        migrations.AddIndex(
            model_name="certificate", index=models.Index(fields=["card_serial"], name="certificate_by_card")
        ),
    ]
