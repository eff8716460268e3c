"""Tables of the ledger and of the laws' moves; all of them are written by SQL in this package alone."""

from django.db import models


class Entry(models.Model):
    """One line of the ledger: `hash` = SHA-256 of the previous hash, `seq`, a bar and the payload."""

    seq = models.BigIntegerField(primary_key=True, db_comment="kvkk: yok; place in the chain; kept for ever")
    at = models.DateTimeField(db_comment="kvkk: yok; when; archive period")
    role = models.CharField(max_length=20, db_comment="kvkk: yok; capacity of the actor; archive period")
    actor_id = models.CharField(max_length=64, db_comment="kvkk: kimlik; opaque id of the actor; archive period")
    act = models.CharField(max_length=64, db_comment="kvkk: yok; what was done; archive period")
    subject_kind = models.CharField(max_length=32, db_comment="kvkk: yok; kind of thing; archive period")
    subject_id = models.CharField(max_length=64, db_comment="kvkk: yok; opaque id of the thing; archive period")
    person_id = models.CharField(max_length=64, db_comment="kvkk: kimlik; whom it concerns; archive period")
    payload = models.TextField(db_comment="kvkk: kimlik; the whole entry as canonical JSON; archive period")
    previous = models.BinaryField(db_comment="kvkk: yok; hash of the entry before; kept for ever")
    hash = models.BinaryField(db_comment="kvkk: yok; hash of this entry; kept for ever")

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "-seq"], name="audit_of_person"),
            models.Index(fields=["subject_kind", "subject_id", "-seq"], name="audit_of_subject"),
            models.Index(fields=["subject_id", "-seq"], name="audit_of_subject_id"),
            models.Index(fields=["actor_id", "-seq"], name="audit_of_actor"),
        ]


class Checkpoint(models.Model):
    """The head of the chain at some time, with an RFC 3161 time-stamp over its hash."""

    seq = models.BigIntegerField(unique=True, db_comment="kvkk: yok; head of the chain; kept for ever")
    hash = models.BinaryField(db_comment="kvkk: yok; its hash; kept for ever")
    at = models.DateTimeField(db_comment="kvkk: yok; when it was taken; kept for ever")
    token = models.BinaryField(db_comment="kvkk: yok; DER TimeStampToken; kept for ever")


class Move(models.Model):
    """A move that some law permits; filled after every migration."""

    law = models.CharField(max_length=32, db_comment="kvkk: yok; name of the law")
    source = models.CharField(max_length=32, db_comment="kvkk: yok; state before")
    act = models.CharField(max_length=32, db_comment="kvkk: yok; the act")
    target = models.CharField(max_length=32, db_comment="kvkk: yok; state after")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["law", "source", "act", "target"], name="audit_move_once")]


class Start(models.Model):
    """A state in which some law lets a row begin."""

    law = models.CharField(max_length=32, db_comment="kvkk: yok; name of the law")
    state = models.CharField(max_length=32, db_comment="kvkk: yok; first state")


class History(models.Model):
    """Every move ever made, written by the trigger whoever made it."""

    law = models.CharField(max_length=32, db_comment="kvkk: yok; name of the law; archive period")
    row_id = models.CharField(max_length=64, db_comment="kvkk: yok; id of the row; archive period")
    source = models.CharField(max_length=32, db_comment="kvkk: yok; state before; archive period")
    act = models.CharField(max_length=32, db_comment="kvkk: yok; the act; archive period")
    target = models.CharField(max_length=32, db_comment="kvkk: yok; state after; archive period")
    actor = models.CharField(max_length=90, db_comment="kvkk: kimlik; role and opaque id; archive period")
    at = models.DateTimeField(db_comment="kvkk: yok; when; archive period")

    class Meta:
        indexes = [models.Index(fields=["law", "row_id", "id"], name="audit_history_of_row")]
