from __future__ import annotations

from django.db import models
from django.db.models import Q

from caunoi.contributions.rules.purse import Side
from caunoi.documents.models import StoredFile
from caunoi.records.models import Entity, Submission


class PackPurse(models.Model):
    """What a pack's contributions/ says (`rules.purse`), and its Word templates."""

    pack = models.CharField(max_length=80, unique=True)
    definition = models.JSONField()
    list_template = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    letter_template = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.pack


class WorkLine(models.Model):
    """What one version of a record says of a work: an index over the records, made again from them at any time.

    Which version counts is the submission's to say, in either book. `work`: the thing's identity as the record gives
    it, None where none is named. `amount`: in whole 10^-decimals of the kind.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    number = models.IntegerField(help_text="of the version")
    pack = models.CharField(max_length=80)
    register = models.CharField(max_length=80)
    work = models.UUIDField(null=True)
    side = models.CharField(max_length=5, choices=[(one.value, one.value) for one in Side])
    source = models.CharField(max_length=80)
    kind = models.CharField(max_length=80)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "number", "source", "kind"], name="work_line_once")
        ]
        indexes = [models.Index(fields=["work", "side"], name="work_line_work")]

    def __str__(self) -> str:
        return f"{self.submission_id} v{self.number} {self.source} {self.kind}"


class Disclosure(models.Model):
    """That a work's list of contributions is open to everybody, at an address nobody can guess; once closed it stays
    so until it is opened again at the same address."""

    work = models.OneToOneField(Entity, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=32, unique=True)
    signed_by = models.CharField(max_length=16, help_text="name of the server's key")
    signature = models.CharField(max_length=100)
    opened_by_name = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    closed_by_name = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by_name="", closed_because="")
                | Q(closed_at__isnull=False) & ~Q(closed_by_name="") & ~Q(closed_because=""),
                name="disclosure_closed_by_at_because",
            )
        ]

    def __str__(self) -> str:
        return f"{self.work_id}"

    @property
    def subject(self) -> str:
        return f"disclosure:{self.pk}"


class ConsentWithdrawn(models.Model):
    """The giver of a record took back the consent to be named; the name itself is erased with it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    because = models.TextField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.at}"
