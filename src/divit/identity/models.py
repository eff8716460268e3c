"""Tables of persons and of staff accounts."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from divit.identity.lifecycle import State
from divit.kernel.turkish import tr_fold


class Person(models.Model):
    """Somebody who logged in through e-Devlet, or was named by an institution."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: kimlik; opaque id; archive period")
    tckn = models.CharField(max_length=11, unique=True, db_comment="kvkk: kimlik; T.C. kimlik no; archive period")
    given_names = models.CharField(max_length=64, db_comment="kvkk: kimlik; as registered; archive period")
    surname = models.CharField(max_length=64, db_comment="kvkk: kimlik; as registered; archive period")
    search_key = models.CharField(max_length=140, db_comment="kvkk: kimlik; folded name for search; archive period")
    birth_date = models.DateField(null=True, db_comment="kvkk: kimlik; for the debt query; archive period")
    birth_place = models.CharField(max_length=64, db_comment="kvkk: kimlik; for the debt query; archive period")
    email = models.EmailField(
        blank=True, db_comment="kvkk: iletişim; notices; until 2 years after the last certificate"
    )
    phone = models.CharField(
        max_length=13, blank=True, db_comment="kvkk: iletişim; notices, codes; until 2 years after the last certificate"
    )
    phone_proven_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when the phone was proven; with the phone")
    phone_replaced_at = models.DateTimeField(
        null=True, db_comment="kvkk: yok; when another number took the place of a proven one; with the phone"
    )
    channel = models.CharField(max_length=5, default="both", db_comment="kvkk: yok; sms, email or both; with the phone")
    language = models.CharField(max_length=2, default="tr", db_comment="kvkk: yok; language of notices; with the phone")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="kvkk: yok; first seen; archive period")

    class Meta:
        indexes = [
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="person_by_name"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="person_by_phone"),
            models.Index(Upper("email"), name="person_by_email"),
        ]

    @property
    def name(self) -> str:
        """Given names and surname."""
        return f"{self.given_names} {self.surname}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the search key true."""
        self.search_key = tr_fold(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class StaffManager(BaseUserManager["StaffAccount"]):
    """Makes accounts that no password opens."""

    def create_user(self, *, email: str, name: str, desks: list[str]) -> "StaffAccount":
        """A new account; a second factor is enrolled before it opens any desk."""
        account = self.model(email=self.normalize_email(email), name=name, desks=desks)
        account.set_unusable_password()
        account.save(using=self._db)
        return account


class StaffAccount(AbstractBaseUser):
    """A member of the centre's staff; `desks` are the roles (kernel.actors.Role) that the account may take."""

    password = models.CharField(max_length=128, db_comment="kvkk: yok; always unusable; while employed")
    last_login = models.DateTimeField(null=True, db_comment="kvkk: yok; latest login; while employed")
    email = models.EmailField(unique=True, db_comment="kvkk: iletişim; login; while employed")
    name = models.CharField(max_length=120, db_comment="kvkk: kimlik; shown beside acts; archive period")
    desks = ArrayField(models.CharField(max_length=20), default=list, db_comment="kvkk: yok; roles; while employed")
    is_active = models.BooleanField(default=True, db_comment="kvkk: yok; may log in; while employed")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = StaffManager()


class StaffChange(models.Model):
    """A change of who may, as one operator asked for it; it takes effect when a second one confirms."""

    class Kind(models.TextChoices):
        """What is asked for."""

        ADD = "add"
        DESKS = "desks"
        SECOND_FACTOR = "second_factor"

    kind = models.CharField(max_length=16, choices=Kind.choices, db_comment="kvkk: yok; what; archive period")
    email = models.EmailField(db_comment="kvkk: iletişim; whose account; archive period")
    name = models.CharField(max_length=120, blank=True, db_comment="kvkk: kimlik; of a new account; archive period")
    desks = ArrayField(models.CharField(max_length=20), default=list, db_comment="kvkk: yok; roles; archive period")
    desks_before = ArrayField(
        models.CharField(max_length=20),
        default=list,
        db_comment="kvkk: yok; roles when it was asked for, which others overtake; archive period",
    )
    state = models.CharField(
        max_length=12,
        choices=[(str(state), str(state)) for state in State],
        default=State.ASKED,
        db_comment="kvkk: yok; where it stands; archive period",
    )
    asked_by = models.CharField(max_length=64, db_comment="kvkk: kimlik; operator who asked; archive period")
    asked_at = models.DateTimeField(db_comment="kvkk: yok; when it was asked for; archive period")
    decided_by = models.CharField(
        max_length=64, blank=True, db_comment="kvkk: kimlik; operator who confirmed or withdrew; archive period"
    )
    decided_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when it was decided; archive period")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=State.CONFIRMED)
                | (~models.Q(decided_by="") & ~models.Q(decided_by=models.F("asked_by"))),
                name="staff_change_two_operators",
            ),
        ]


class LoginAttempt(models.Model):
    """A browser that was sent to the login gateway and has not come back yet; one row is good for one return."""

    state_sha256 = models.CharField(
        max_length=64, unique=True, db_comment="kvkk: yok; ties the return to this attempt; one day"
    )
    code_verifier = models.CharField(max_length=128, db_comment="kvkk: yok; PKCE secret; one day")
    onward = models.CharField(max_length=500, db_comment="kvkk: yok; own page to go on with; one day")
    created_at = models.DateTimeField(db_comment="kvkk: yok; when it began; one day")
    used_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when the browser came back; one day")


class LoginEvent(models.Model):
    """A login that happened: by which method, how strong, in which session; the sessions' acts point here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 2 years")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="logins", db_comment="kvkk: kimlik; who; 2 years"
    )
    method = models.CharField(max_length=20, db_comment="kvkk: yok; how the gateway recognised them; 2 years")
    level = models.SmallIntegerField(db_comment="kvkk: yok; how strongly; 2 years")
    at = models.DateTimeField(db_comment="kvkk: yok; when; 2 years")
    session_sha256 = models.CharField(max_length=64, db_comment="kvkk: yok; hash of the session's name; 2 years")
    raw_sha256 = models.CharField(max_length=64, db_comment="kvkk: yok; hash of the gateway's answer; 2 years")

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="identity_login_of_person")]
