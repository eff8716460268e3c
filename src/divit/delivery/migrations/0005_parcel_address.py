from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_walls")]

    operations = [
        migrations.AddField(
            model_name="parcel",
            name="address",
            field=models.CharField(
                blank=True,
                db_comment=(
                    "kvkk: iletişim; where it goes instead of to the application's address; 24 months after delivery"
                ),
                default="",
                max_length=500,
            ),
            preserve_default=False,
        ),
    ]
