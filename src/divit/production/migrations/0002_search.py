from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("production", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="card",
            index=models.Index(
                condition=models.Q(("card_serial", ""), _negated=True), fields=["card_serial"], name="card_by_serial"
            ),
        ),
    ]
