from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("applications", "0003_address_of_representative")]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["submitted_at"], name="application_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="application_by_phone"
            ),
        ),
        migrations.AddIndex(model_name="application", index=models.Index(Upper("email"), name="application_by_email")),
    ]
