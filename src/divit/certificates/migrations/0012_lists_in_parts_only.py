from pathlib import Path

from django.db import migrations, models

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("certificates", "0011_lists_in_parts")]

    operations = [
        migrations.RunSQL("DROP VIEW published_crl", migrations.RunSQL.noop),
        migrations.RemoveField("publishedcrl", "der"),
        migrations.AlterField(
            "publishedcrl",
            "head",
            models.BinaryField(db_comment="kvkk: yok; the list before its entries, DER; kept for ever"),
        ),
        migrations.AlterField(
            "publishedcrl",
            "tail",
            models.BinaryField(db_comment="kvkk: yok; the list after them, with its signature; kept for ever"),
        ),
        migrations.AlterField(
            "publishedcrl",
            "size",
            models.BigIntegerField(db_comment="kvkk: yok; octets of all entries; kept for ever"),
        ),
        migrations.AlterField(
            "publishedcrl",
            "sha256",
            models.CharField(max_length=64, db_comment="kvkk: yok; digest of the whole list, hex; kept for ever"),
        ),
        migrations.RunSQL(
            (_SQL / "lists.sql").read_text(encoding="utf-8"), (_SQL / "lists_undo.sql").read_text(encoding="utf-8")
        ),
    ]
