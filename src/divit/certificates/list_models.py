"""Tables of published lists: what is kept of every one for ever, and the entries of the newest."""

from django.db import models


class PublishedCrl(models.Model):
    """A revocation list that was checked and published; `covers` is the last status change that it tells.

    Its entries stand in the blocks as long as it is the newest; what it said before that follows from the changes, and
    digest and signature prove it.
    """

    issuer = models.ForeignKey(
        "certificates.Issuer", on_delete=models.PROTECT, db_comment="kvkk: yok; whose list; kept for ever"
    )
    number = models.BigIntegerField(db_comment="kvkk: yok; CRL number; kept for ever")
    follows = models.BigIntegerField(default=0, db_comment="kvkk: yok; number of the list before; kept for ever")
    covers = models.BigIntegerField(db_comment="kvkk: yok; last status change in it; kept for ever")
    this_update = models.DateTimeField(db_comment="kvkk: yok; its time; kept for ever")
    next_update = models.DateTimeField(db_comment="kvkk: yok; when it lapses; kept for ever")
    entries = models.IntegerField(db_comment="kvkk: yok; how many serials; kept for ever")
    size = models.BigIntegerField(db_comment="kvkk: yok; octets of all entries; kept for ever")
    head = models.BinaryField(db_comment="kvkk: yok; the list before its entries, DER; kept for ever")
    tail = models.BinaryField(db_comment="kvkk: yok; the list after them, with its signature; kept for ever")
    sha256 = models.CharField(max_length=64, db_comment="kvkk: yok; digest of the whole list, hex; kept for ever")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "number"], name="crl_number_once")]


class ListBlock(models.Model):
    """Entries of the newest list whose serials begin alike, encoded: changed by the list that brings them alone."""

    issuer = models.ForeignKey(
        "certificates.Issuer",
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="kvkk: yok; whose list; while in force",
    )
    name = models.BinaryField(db_comment="kvkk: yok; how its serials begin; while in force")
    number = models.BigIntegerField(db_comment="kvkk: yok; list that changed it last; while in force")
    entries = models.BinaryField(db_comment="kvkk: kimlik; serials, reasons and times, DER; archive period")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "name"], name="list_block_once")]


class ListChange(models.Model):
    """What one list says of a serial otherwise than the list before; nothing is null. The first list has none."""

    issuer = models.ForeignKey(
        "certificates.Issuer",
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="kvkk: yok; whose list; archive period",
    )
    number = models.BigIntegerField(db_comment="kvkk: yok; the list; archive period")
    key = models.BinaryField(db_comment="kvkk: kimlik; serial as INTEGER, DER; archive period")
    was = models.BinaryField(null=True, db_comment="kvkk: yok; the entry before, DER; archive period")
    entry = models.BinaryField(null=True, db_comment="kvkk: yok; the entry now, DER; archive period")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "number", "key"], name="list_change_once")]


class PublishedDelta(models.Model):
    """The newest delta list of an authority: what changed since the list `base_number` (RFC 5280 5.2.4)."""

    issuer = models.OneToOneField(
        "certificates.Issuer",
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="kvkk: yok; whose list; while in force",
    )
    number = models.BigIntegerField(db_comment="kvkk: yok; as of the complete list beside it; while in force")
    base_number = models.BigIntegerField(db_comment="kvkk: yok; list that it adds to; while in force")
    this_update = models.DateTimeField(db_comment="kvkk: yok; its time; while in force")
    next_update = models.DateTimeField(db_comment="kvkk: yok; when it lapses; while in force")
    der = models.BinaryField(db_comment="kvkk: yok; the list, DER; while in force")
