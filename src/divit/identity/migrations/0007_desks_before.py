from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_search")]

    operations = [
        # What waits for a second operator just now counts as overtaken, unless it gives an account its first desks.
        migrations.AddField(
            model_name="staffchange",
            name="desks_before",
            field=ArrayField(
                base_field=models.CharField(max_length=20),
                db_comment="kvkk: yok; roles when it was asked for, which others overtake; archive period",
                default=list,
            ),
        ),
    ]
