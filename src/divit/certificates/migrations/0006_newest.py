from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0005_reinstatement_asked'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='certificate',
            index=models.Index(fields=['institution', '-issued_at', '-id'], name='certificate_newest'),
        ),
    ]
