from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rosters', '0003_asked_again'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='request',
            index=models.Index(fields=['institution', '-created_at', '-id'], name='request_newest'),
        ),
    ]
