from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(fields=["change_seq"], name="certificate_by_change"),
        ),
        migrations.AddIndex(
            model_name="intent",
            index=models.Index(fields=["change_seq"], name="intent_by_change"),
        ),
    ]
