from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import pgettext_lazy

from caunoi.audit.origin import current_address
from caunoi.audit.rules import Actor
from caunoi.places.models import OrgUnit, Succession


class Role(models.TextChoices):
    RECORDER = "recorder", pgettext_lazy("role", "Người ghi")
    EDITOR = "editor", pgettext_lazy("role", "Người sửa")
    APPROVER = "approver", pgettext_lazy("role", "Người duyệt")
    VIEWER = "viewer", pgettext_lazy("role", "Người xem")
    PROGRAMME_MANAGER = "programme_manager", pgettext_lazy("role", "Quản lý chương trình")
    ADMINISTRATOR = "administrator", pgettext_lazy("role", "Quản trị")
    AUDITOR = "auditor", pgettext_lazy("role", "Kiểm tra")


class User(AbstractUser):
    full_name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30, blank=True, help_text="where officers who remind this person call")
    language = models.CharField(max_length=2, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi")

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def actor(self) -> Actor:
        return Actor(name=str(self), user_id=self.pk, address=current_address())


class RoleGrant(models.Model):
    """A role on an org unit, reaching its subtree, from a day to a day (half-open)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="grants")
    from_day = models.DateField()
    to_day = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "org_unit", "from_day"], name="role_grant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.org_unit_id}"


class PredecessorAccess(models.Model):
    """An administrator confirmed that holders of roles on the successor may see the predecessors' older records."""

    succession = models.ForeignKey(Succession, on_delete=models.CASCADE)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.CASCADE, help_text="the successor")
    confirmed_by = models.CharField(max_length=200)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["succession", "org_unit"], name="predecessor_access_once")]

    def __str__(self) -> str:
        return f"{self.org_unit_id} {self.succession_id}"


class AppUser(models.Model):
    """A phone's access to one unit's forms, without an account: a token in an address, given as a QR code.

    The token itself is looked up by its hash; `sealed_token` can be opened with the server's secret key to print the
    QR code again, so that a stolen database alone opens nothing.
    """

    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="app_users")
    name = models.CharField(max_length=120, help_text="whose phone: shown beside what it sends")
    token_sha256 = models.CharField(max_length=64, unique=True)
    sealed_token = models.TextField()
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    last_device = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by="")
                | models.Q(revoked_at__isnull=False) & ~models.Q(revoked_by=""),
                name="app_user_revoked_by_and_at",
            )
        ]
        ordering = ["org_unit_id", "name"]

    def __str__(self) -> str:
        return self.name


class FailedSignIns(models.Model):
    """Wrong passwords or codes of a name from an address; a blank one stands for any. Gone after a day."""

    username = models.CharField(max_length=150, blank=True, help_text="as typed, in small letters")
    address = models.CharField(max_length=45, blank=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    paused_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["username", "address"], name="failed_sign_ins_once")]

    def __str__(self) -> str:
        return f"{self.username} {self.address} {self.failures}"


class Invitation(models.Model):
    """A role on a unit offered to a person, who takes it with a code, by an account made then or one they have.

    The code itself is nowhere: only its hash. One sent by mail proves the address when it is used; one that was printed
    proves nothing about it.
    """

    class Delivery(models.TextChoices):
        MAIL = "mail"
        PRINT = "print"

    full_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField()
    to_day = models.DateField(null=True, blank=True)
    code_sha256 = models.CharField(max_length=64, unique=True)
    delivery = models.CharField(max_length=5, choices=Delivery.choices)
    invited_by = models.CharField(max_length=200)
    invited_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    send_failure = models.CharField(max_length=300, blank=True, help_text="why the last letter did not leave")
    accepted_at = models.DateTimeField(null=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="invitations")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(revoked_at__isnull=True),
                name="invitation_accepted_or_revoked",
            )
        ]

    def __str__(self) -> str:
        return f"{self.full_name} {self.role} {self.org_unit_id}"


class OutsideAccount(models.Model):
    """An account at the provider of CAUNOI_OIDC_ISSUER that signs a person in here.

    Entered by its subject (the provider's own name for the person) or by an e-mail address; one entered by address
    becomes one of the subject at its first use: an address may be given to somebody else later.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="outside_accounts")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=191, blank=True)
    email = models.EmailField(blank=True, help_text="in small letters")
    linked_by = models.CharField(max_length=200)
    linked_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "issuer"], name="outside_account_one_of_an_issuer"),
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=~models.Q(subject=""), name="outside_account_subject_once"
            ),
            models.UniqueConstraint(
                fields=["issuer", "email"], condition=models.Q(subject=""), name="outside_account_email_once"
            ),
            models.CheckConstraint(condition=~models.Q(subject="", email=""), name="outside_account_subject_or_email"),
        ]

    def __str__(self) -> str:
        return self.email or self.subject
