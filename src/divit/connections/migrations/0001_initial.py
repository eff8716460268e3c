import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models

from divit.audit.law_sql import install_law
from divit.audit.wall_sql import wall, wall_through


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('institutions', '0005_walls'),
    ]

    operations = [
        migrations.CreateModel(
            name='Program',
            fields=[
                ('id', models.UUIDField(db_comment='kvkk: yok; opaque id; archive period', default=uuid.uuid4, primary_key=True, serialize=False)),
                ('name', models.CharField(db_comment='kvkk: yok; what officers call it; archive period', max_length=60)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), db_comment='kvkk: yok; what it may do; archive period', size=None)),
                ('state', models.CharField(db_comment='kvkk: yok; law program; archive period', default='proposed', editable=False, max_length=9)),
                ('ends', models.DateField(db_comment='kvkk: yok; last day; archive period')),
                ('asked_by', models.CharField(db_comment='kvkk: kimlik; role and opaque id; archive period', max_length=90)),
                ('asked_at', models.DateTimeField(db_comment='kvkk: yok; when; archive period')),
                ('decide_by', models.DateField(db_comment='kvkk: yok; last day to decide; archive period')),
                ('decided_by', models.CharField(blank=True, db_comment='kvkk: kimlik; role and opaque id; archive period', max_length=90)),
                ('decided_at', models.DateTimeField(db_comment='kvkk: yok; when; archive period', null=True)),
                ('closed_by', models.CharField(blank=True, db_comment='kvkk: kimlik; role and opaque id; archive period', max_length=90)),
                ('closed_at', models.DateTimeField(db_comment='kvkk: yok; when; archive period', null=True)),
                ('reason', models.CharField(blank=True, db_comment='kvkk: yok; why refused or closed; archive period', max_length=300)),
                ('last_seen_at', models.DateTimeField(db_comment='kvkk: yok; last token asked for; archive period', null=True)),
                ('institution', models.ForeignKey(db_comment='kvkk: yok; whose; archive period', on_delete=django.db.models.deletion.PROTECT, to='institutions.institution')),
            ],
        ),
        migrations.CreateModel(
            name='Key',
            fields=[
                ('id', models.UUIDField(db_comment='kvkk: yok; opaque id; archive period', default=uuid.uuid4, primary_key=True, serialize=False)),
                ('digest', models.CharField(db_comment='kvkk: yok; SHA-256 of the secret; archive period', max_length=64, unique=True)),
                ('made_by', models.CharField(db_comment='kvkk: kimlik; role and opaque id; archive period', max_length=90)),
                ('made_at', models.DateTimeField(db_comment='kvkk: yok; when; archive period')),
                ('ends_at', models.DateTimeField(db_comment='kvkk: yok; until when, once a newer one is there; archive', null=True)),
                ('program', models.ForeignKey(db_comment='kvkk: yok; whose; archive period', on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='connections.program')),
            ],
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(db_comment="kvkk: yok; SHA-256 of the program's idempotency key; one day", max_length=64)),
                ('call', models.CharField(db_comment='kvkk: yok; SHA-256 of the call; one day', max_length=64)),
                ('begun_at', models.DateTimeField(db_comment='kvkk: yok; when; one day', db_index=True)),
                ('status', models.PositiveSmallIntegerField(db_comment='kvkk: yok; HTTP status, none while under way; one day', null=True)),
                ('body', models.BinaryField(db_comment='kvkk: kimlik; what was answered; one day', default=b'')),
                ('program', models.ForeignKey(db_comment='kvkk: yok; whose call; one day', on_delete=django.db.models.deletion.PROTECT, to='connections.program')),
            ],
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.UUIDField(db_comment='kvkk: yok; opaque id; one day', default=uuid.uuid4, primary_key=True, serialize=False)),
                ('digest', models.CharField(db_comment='kvkk: yok; SHA-256 of the token; one day', max_length=64, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), db_comment='kvkk: yok; what it opens; one day', size=None)),
                ('expires_at', models.DateTimeField(db_comment='kvkk: yok; until when; one day', db_index=True)),
                ('key', models.ForeignKey(db_comment='kvkk: yok; for which it was given; one day', on_delete=django.db.models.deletion.PROTECT, to='connections.key')),
                ('program', models.ForeignKey(db_comment='kvkk: yok; whose; one day', on_delete=django.db.models.deletion.PROTECT, to='connections.program')),
            ],
        ),
        migrations.AddIndex(
            model_name='program',
            index=models.Index(fields=['institution', '-asked_at'], name='program_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='program',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'open', 'refused', 'withdrawn', 'expired', 'closed'])), name='program_state_known'),
        ),
        migrations.AddConstraint(
            model_name='program',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['open', 'refused', 'closed']), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='program_two_people'),
        ),
        migrations.AddConstraint(
            model_name='program',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'open'])), fields=('institution', 'name'), name='program_name_once'),
        ),
        migrations.AddIndex(
            model_name='key',
            index=models.Index(fields=['program', '-made_at'], name='key_of_program'),
        ),
        migrations.AddConstraint(
            model_name='key',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gte', models.F('made_at')), _connector='OR'), name='key_forward'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('program', 'key'), name='answer_once'),
        ),
        install_law("program", table="connections_program"),
        wall("connections_program"),
        wall_through("connections_key", column="program_id", parent="connections_program"),
        wall_through("connections_token", column="program_id", parent="connections_program"),
        wall_through("connections_answer", column="program_id", parent="connections_program"),
    ]
