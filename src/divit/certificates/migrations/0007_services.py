import divit.certificates.lifecycle
import django.db.models.deletion
import uuid
from pathlib import Path

from divit.audit.law_sql import install_law
from django.db import migrations, models

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0006_newest'),
    ]

    operations = [
        migrations.CreateModel(
            name='ServiceCertificate',
            fields=[
                ('id', models.UUIDField(db_comment='kvkk: yok; opaque id; kept for ever', default=uuid.uuid4, primary_key=True, serialize=False)),
                ('state', models.CharField(db_comment='kvkk: yok; state in law; kept for ever', default=divit.certificates.lifecycle.ServiceState['VALID'], editable=False, max_length=10)),
                ('name', models.CharField(db_comment="kvkk: yok; as in the ceremony's transcript; kept for ever", max_length=40)),
                ('serial', models.CharField(db_comment='kvkk: yok; upper-case hex; kept for ever', max_length=40)),
                ('der', models.BinaryField(db_comment='kvkk: yok; the certificate, DER; kept for ever')),
                ('not_after', models.DateTimeField(db_comment='kvkk: yok; end of validity; kept for ever')),
                ('reason', models.CharField(blank=True, db_comment='kvkk: yok; RFC 5280 reason of revocation; kept for ever', default='', max_length=24)),
                ('revoked_at', models.DateTimeField(db_comment='kvkk: yok; time of the revoking act; kept for ever', null=True)),
                ('change_seq', models.BigIntegerField(db_comment='kvkk: yok; place among status changes; kept for ever', default=0)),
                ('issuer', models.ForeignKey(db_comment='kvkk: yok; who signed; kept for ever', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certificates.issuer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issuer', 'serial'), name='service_serial_once'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('revoked_at__isnull', True), ('state', divit.certificates.lifecycle.ServiceState['VALID'])), models.Q(('revoked_at__isnull', False), ('state', divit.certificates.lifecycle.ServiceState['REVOKED']), models.Q(('reason__in', ['', 'certificateHold']), _negated=True)), _connector='OR'), name='service_state_has_its_facts')],
            },
        ),
        install_law("service_certificate", table="certificates_servicecertificate"),
        migrations.RunSQL(
            (_SQL / "services.sql").read_text(encoding="utf-8"),
            (_SQL / "services_undo.sql").read_text(encoding="utf-8"),
        ),
    ]
