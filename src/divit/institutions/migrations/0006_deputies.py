import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

from divit.audit.law_sql import install_law


class Migration(migrations.Migration):
    """Somebody may act in an officer's stead, and be taken back at once (docs/decisions/two-people-at-an-institution.md)."""

    dependencies = [
        ('identity', '0004_phone_replaced_at'),
        ('institutions', '0005_walls'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointment',
            name='deputises_for',
            field=models.ForeignKey(db_comment="kvkk: yok; the officer's appointment in whose stead (vekâleten); archive period", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deputies', to='institutions.appointment'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='state',
            field=models.CharField(db_comment='kvkk: yok; law appointment; archive period', default='standing', editable=False, max_length=10),
        ),
        migrations.RemoveConstraint(
            model_name='appointment',
            name='appointment_once_a_day',
        ),
        migrations.RemoveConstraint(
            model_name='appointment',
            name='appointment_forward',
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'standing')), expressions=[('institution', '='), ('person', '='), ('role', '='), (models.Func(models.F('starts'), models.F('ends'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='appointment_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gte', models.F('starts')), ('state', 'taken_back'), _connector='OR'), name='appointment_forward'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deputises_for__isnull', True), ('state', 'standing')), models.Q(('deputises_for__isnull', False), ('ends__isnull', False), ('role', 'officer')), _connector='OR'), name='appointment_deputy'),
        ),
        install_law('appointment', table='institutions_appointment'),
    ]
