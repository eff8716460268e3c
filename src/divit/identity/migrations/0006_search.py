import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_staff_change")]

    operations = [
        # Nothing is asked of a server on which an administrator has made it already.
        TrigramExtension(),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_key"], name="person_by_name", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="person_by_phone"
            ),
        ),
        migrations.AddIndex(model_name="person", index=models.Index(Upper("email"), name="person_by_email")),
    ]
