from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists are now and then named after people: a file's name is of the class of names."""

    dependencies = [
        ("rosters", "0004_newest"),
    ]

    operations = [
        migrations.AlterField(
            model_name="roster",
            name="file_name",
            field=models.CharField(
                db_comment="kvkk: kimlik; as uploaded, digits hidden; archive period", max_length=80
            ),
        ),
    ]
