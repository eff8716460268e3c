from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("certificates", "0008_past_status")]

    operations = [
        migrations.AddField(
            model_name="intent",
            name="batch_id",
            field=models.UUIDField(db_comment="kvkk: yok; what was signed together; archive period", null=True),
        ),
        migrations.AddField(
            model_name="intent",
            name="judged_at",
            field=models.DateTimeField(
                db_comment="kvkk: yok; when pkilint found nothing; archive period", null=True
            ),
        ),
        # Until now nothing was stored that pkilint had not passed.
        migrations.RunSQL("UPDATE certificates_intent SET judged_at = created_at", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="intent",
            index=models.Index(
                condition=models.Q(("batch_id__isnull", False)), fields=["batch_id"], name="intent_of_batch"
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE certificates_intent ALTER tbs SET STORAGE EXTERNAL, ALTER csr SET STORAGE EXTERNAL,"
            " SET (toast_tuple_target = 256);"
            "ALTER TABLE certificates_certificate ALTER der SET STORAGE EXTERNAL;",
            migrations.RunSQL.noop,
        ),
    ]
