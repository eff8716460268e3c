from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0006_who_applied_where'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='application',
            index=models.Index(condition=models.Q(('submitted_at__isnull', False)), fields=['institution', '-submitted_at', '-id'], name='application_newest'),
        ),
    ]
