import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("institutions", "0001_initial"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.UUIDField(db_comment='kvkk: yok; opaque id; 10 years, VUK', default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.CharField(db_comment='kvkk: yok; as the paper says; 10 years, VUK', max_length=40)),
                ('starts', models.DateField(db_comment='kvkk: yok; first day; 10 years, VUK')),
                ('ends', models.DateField(db_comment='kvkk: yok; last day; 10 years, VUK')),
                ('quota', models.PositiveIntegerField(db_comment='kvkk: yok; how many certificates; 10 years, VUK')),
                ('years', models.PositiveSmallIntegerField(db_comment='kvkk: yok; how long each is valid; 10 years, VUK')),
                ('reader', models.CharField(db_comment='kvkk: yok; card reader that goes with each; 10 years, VUK', max_length=4)),
                ('institution', models.ForeignKey(db_comment='kvkk: yok; with whom; 10 years', on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='institutions.institution')),
            ],
        ),
        migrations.CreateModel(
            name='QuotaDraw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('request_id', models.UUIDField(db_comment='kvkk: kimlik; opaque id, for whom; 10 years, VUK', unique=True)),
                ('drawn_at', models.DateTimeField(db_comment='kvkk: yok; when taken; 10 years, VUK')),
                ('returned_at', models.DateTimeField(db_comment='kvkk: yok; when given back; 10 years, VUK', null=True)),
                ('contract', models.ForeignKey(db_comment='kvkk: yok; whose quota; 10 years, VUK', on_delete=django.db.models.deletion.PROTECT, related_name='draws', to='institutions.contract')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('returned_at__isnull', True)), fields=['contract'], name='quota_in_use')],
            },
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.UniqueConstraint(fields=('institution', 'number'), name='contract_number_once'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gte', models.F('starts'))), name='contract_forward'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('quota__gte', 1)), name='contract_for_somebody'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('years__gte', 1), ('years__lte', 3)), name='contract_years'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('institution', '='), (models.Func(models.F('starts'), models.F('ends'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='contract_one_a_day'),
        ),
    ]
