import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import uuid
from django.db import migrations, models

from divit.audit.law_sql import install_law
from divit.kernel.turkish import tr_fold


def fill_search_keys(apps, schema_editor):
    """Institutions that are there already can be found too."""
    for row in apps.get_model("institutions", "Institution").objects.order_by("pk"):
        row.search_key = tr_fold(row.name)
        row.save(update_fields=["search_key"])


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
        ('identity', '0004_phone_replaced_at'),
        ('institutions', '0003_delivery_target'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContractPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_comment='kvkk: yok; what it is the price of; 10 years, VUK', max_length=20)),
                ('net', models.BigIntegerField(db_comment='kvkk: yok; kuruş before VAT; 10 years, VUK')),
            ],
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.UUIDField(db_comment='kvkk: yok; opaque id; archive period', default=uuid.uuid4, primary_key=True, serialize=False)),
                ('kind', models.CharField(db_comment='kvkk: yok; what kind of change; archive period', max_length=15)),
                ('content', models.JSONField(db_comment='kvkk: kimlik; what would change, people by opaque id; archive period')),
                ('state', models.CharField(db_comment='kvkk: yok; law proposal; archive period', default='proposed', editable=False, max_length=11)),
                ('proposed_by', models.CharField(db_comment='kvkk: kimlik; role and opaque id; archive period', max_length=90)),
                ('proposed_at', models.DateTimeField(db_comment='kvkk: yok; when; archive period')),
                ('decide_by', models.DateField(db_comment='kvkk: yok; last day to decide; archive period')),
                ('decided_by', models.CharField(blank=True, db_comment='kvkk: kimlik; role and opaque id; archive period', max_length=90)),
                ('decided_at', models.DateTimeField(db_comment='kvkk: yok; when it came to an end; archive period', null=True)),
                ('reason', models.CharField(blank=True, db_comment='kvkk: yok; why it was refused; archive period', max_length=300)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='appointment',
            name='appointment_once_open',
        ),
        migrations.AddField(
            model_name='appointment',
            name='proposed_by',
            field=models.CharField(blank=True, db_comment='kvkk: kimlik; role and opaque id of who put it forward; archive period', max_length=90),
        ),
        migrations.AddField(
            model_name='institution',
            name='search_key',
            field=models.CharField(db_comment='kvkk: yok; folded name for search; kept for ever', default='', max_length=160),
            preserve_default=False,
        ),
        migrations.RunPython(fill_search_keys, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='appointment',
            name='appointed_by',
            field=models.CharField(db_comment='kvkk: kimlik; role and opaque id of who decided it; archive period', max_length=90),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('institution', '='), ('person', '='), ('role', '='), (models.Func(models.F('starts'), models.F('ends'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='appointment_once_a_day'),
        ),
        migrations.AddField(
            model_name='contractprice',
            name='contract',
            field=models.ForeignKey(db_comment='kvkk: yok; whose price; 10 years, VUK', on_delete=django.db.models.deletion.PROTECT, related_name='prices', to='institutions.contract'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='institution',
            field=models.ForeignKey(db_comment='kvkk: yok; where; archive period', on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='person',
            field=models.ForeignKey(db_comment='kvkk: kimlik; whom it is about; archive', null=True, on_delete=django.db.models.deletion.PROTECT, to='identity.person'),
        ),
        migrations.AddConstraint(
            model_name='contractprice',
            constraint=models.UniqueConstraint(fields=('contract', 'code'), name='contract_price_once'),
        ),
        migrations.AddConstraint(
            model_name='contractprice',
            constraint=models.CheckConstraint(condition=models.Q(('net__gte', 0)), name='contract_price_not_negative'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['state', 'proposed_at'], name='proposal_queue'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('institution', 'kind', 'content'), name='proposal_same_once_open'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by', ''), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), models.Q(('decided_by', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='proposal_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['carried_out', 'refused']), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='proposal_two_people'),
        ),
        install_law('proposal', table='institutions_proposal'),
    ]
