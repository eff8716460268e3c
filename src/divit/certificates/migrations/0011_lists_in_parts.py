"""Lists in parts: what stood in one column per list becomes frame, blocks of the newest, and changes from list to list."""

import hashlib
from itertools import groupby

import django.db.models.deletion
from django.db import migrations, models

from divit.certificates.lifecycle import IntentState
from divit.pki.crl_entries import block_of, split
from divit.pki.crl_reader import parted


def take_apart(apps, schema_editor):
    lists = apps.get_model("certificates", "PublishedCrl")
    blocks = apps.get_model("certificates", "ListBlock")
    changes = apps.get_model("certificates", "ListChange")
    schema_editor.execute("ALTER TABLE certificates_publishedcrl DISABLE TRIGGER insert_only")
    new_blocks, new_changes = [], []
    for issuer_id in lists.objects.order_by("issuer_id").values_list("issuer_id", flat=True).distinct():
        before, number = None, 0
        for one in lists.objects.filter(issuer_id=issuer_id).order_by("number").iterator():
            whole = bytes(one.der)
            head, entries, tail = parted(whole)
            lists.objects.filter(pk=one.pk).update(
                head=head, tail=tail, size=len(entries), sha256=hashlib.sha256(whole).hexdigest()
            )
            now, number = dict(split(entries)), one.number
            for key in sorted({**(before or {}), **now}) if before is not None else []:
                if before.get(key) != now.get(key):
                    new_changes.append(
                        changes(
                            issuer_id=issuer_id, number=number, key=key, was=before.get(key), entry=now.get(key)
                        )
                    )
            before = now
        for name, pairs in groupby(sorted((before or {}).items()), key=lambda pair: block_of(pair[0])):
            entries = b"".join(entry for _key, entry in pairs)
            new_blocks.append(blocks(issuer_id=issuer_id, name=name, number=number, entries=entries))
    schema_editor.execute("ALTER TABLE certificates_publishedcrl ENABLE TRIGGER insert_only")
    blocks.objects.bulk_create(new_blocks)
    changes.objects.bulk_create(new_changes)


def _whose(kept):
    return models.ForeignKey(
        db_comment=f"kvkk: yok; whose list; {kept}",
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="certificates.issuer",
    )


def _id():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("certificates", "0010_findings")]

    operations = [
        migrations.AddIndex(
            model_name="intent",
            index=models.Index(
                condition=models.Q(
                    ("state", IntentState.SIGNING),
                    models.Q(("signing_began_at__isnull", False), ("state", IntentState.ABANDONED)),
                    _connector="OR",
                ),
                fields=["issuer", "change_seq"],
                name="intent_published",
            ),
        ),
        migrations.CreateModel(
            name="ListBlock",
            fields=[
                ("id", _id()),
                ("issuer", _whose("while in force")),
                ("name", models.BinaryField(db_comment="kvkk: yok; how its serials begin; while in force")),
                ("number", models.BigIntegerField(db_comment="kvkk: yok; list that changed it last; while in force")),
                (
                    "entries",
                    models.BinaryField(db_comment="kvkk: kimlik; serials, reasons and times, DER; archive period"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("issuer", "name"), name="list_block_once")],
            },
        ),
        migrations.CreateModel(
            name="ListChange",
            fields=[
                ("id", _id()),
                ("issuer", _whose("archive period")),
                ("number", models.BigIntegerField(db_comment="kvkk: yok; the list; archive period")),
                ("key", models.BinaryField(db_comment="kvkk: kimlik; serial as INTEGER, DER; archive period")),
                ("was", models.BinaryField(db_comment="kvkk: yok; the entry before, DER; archive period", null=True)),
                ("entry", models.BinaryField(db_comment="kvkk: yok; the entry now, DER; archive period", null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("issuer", "number", "key"), name="list_change_once")],
            },
        ),
        migrations.CreateModel(
            name="PublishedDelta",
            fields=[
                ("id", _id()),
                (
                    "issuer",
                    models.OneToOneField(
                        db_comment="kvkk: yok; whose list; while in force",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certificates.issuer",
                    ),
                ),
                (
                    "number",
                    models.BigIntegerField(db_comment="kvkk: yok; as of the complete list beside it; while in force"),
                ),
                ("base_number", models.BigIntegerField(db_comment="kvkk: yok; list that it adds to; while in force")),
                ("this_update", models.DateTimeField(db_comment="kvkk: yok; its time; while in force")),
                ("next_update", models.DateTimeField(db_comment="kvkk: yok; when it lapses; while in force")),
                ("der", models.BinaryField(db_comment="kvkk: yok; the list, DER; while in force")),
            ],
        ),
        migrations.AddField("publishedcrl", "head", models.BinaryField(null=True)),
        migrations.AddField("publishedcrl", "tail", models.BinaryField(null=True)),
        migrations.AddField("publishedcrl", "size", models.BigIntegerField(null=True)),
        migrations.AddField("publishedcrl", "sha256", models.CharField(max_length=64, null=True)),
        migrations.RunPython(take_apart, migrations.RunPython.noop),
    ]
