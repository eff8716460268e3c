import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0009_judged'),
    ]

    operations = [
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('pkilint', 'Pkilint'), ('profile', 'Profile'), ('ocsp', 'Ocsp'), ('list', 'List')], db_comment='kvkk: yok; who found it; archive period', max_length=7)),
                ('serial', models.CharField(blank=True, db_comment='kvkk: kimlik; of which, where it is not ours; archive period', max_length=40)),
                ('what', models.CharField(db_comment='kvkk: yok; what was found, as the lint says it; archive period', max_length=300)),
                ('found_at', models.DateTimeField(db_comment='kvkk: yok; when first seen; archive period')),
                ('settled_at', models.DateTimeField(db_comment='kvkk: yok; when it was settled; archive period', null=True)),
                ('settled_by', models.CharField(blank=True, db_comment='kvkk: kimlik; staff id of who settled it; archive period', default='', max_length=64)),
                ('settled_by_name', models.CharField(blank=True, db_comment='kvkk: kimlik; name as shown; archive period', default='', max_length=130)),
                ('said', models.CharField(blank=True, db_comment='kvkk: kimlik; what came of it, in words; archive period', default='', max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name='Recheck',
            fields=[
                ('id', models.PositiveSmallIntegerField(db_comment='kvkk: yok; always 1', default=1, primary_key=True, serialize=False)),
                ('after', models.UUIDField(db_comment='kvkk: yok; last certificate that was looked at; overwritten', null=True)),
                ('began_at', models.DateTimeField(db_comment='kvkk: yok; when the round began; overwritten')),
                ('checked', models.BigIntegerField(db_comment='kvkk: yok; how many in this round; overwritten', default=0)),
                ('finished_at', models.DateTimeField(db_comment='kvkk: yok; end of the last whole round; overwritten', null=True)),
                ('of_all', models.BigIntegerField(db_comment='kvkk: yok; how many in the last whole round; overwritten', default=0)),
            ],
        ),
        migrations.AddIndex(
            model_name='intent',
            index=models.Index(condition=models.Q(('batch_id__isnull', False), ('judged_at__isnull', True)), fields=['batch_id'], name='intent_unjudged'),
        ),
        migrations.AddField(
            model_name='finding',
            name='certificate',
            field=models.ForeignKey(db_comment='kvkk: yok; of which; archive', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='certificates.certificate'),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(fields=['-found_at'], name='finding_newest'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True)), fields=('kind', 'certificate', 'serial', 'what'), name='finding_open_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('settled_at__isnull', True), models.Q(models.Q(('settled_by', ''), _negated=True), models.Q(('said', ''), _negated=True)), _connector='OR'), name='finding_settled_by_whom'),
        ),
    ]
