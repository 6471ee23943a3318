from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caunoi.awards.rules.life import DossierState
from caunoi.awards.rules.recipients import RecipientKind
from caunoi.documents.models import Document, StoredFile
from caunoi.places.models import OrgUnit
from caunoi.records.models import Entity, Submission

FIELD_OF_PERSON = ("awards", "recipient")
"""Under which form and question packs declare why a recipient's name is kept, and how long."""


# Who carries a person's key: `award:12`.
SUBJECT = "award:"
SUBJECT_OF_DOSSIER = "award_dossier:"


class Nature(models.TextChoices):
    COMMENDATION = "commendation", _("Khen thưởng")
    CERTIFICATE = "certificate", _("Giấy chứng nhận")


class AwardKind(models.Model):
    """A row of a pack's awards/kinds.csv. `template`: the Word file its papers are printed from."""

    code = models.CharField(max_length=80, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    nature = models.CharField(max_length=15, choices=Nature.choices)
    template = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    position = models.PositiveSmallIntegerField(default=0)
    pack = models.CharField(max_length=80)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class AwardOccasion(models.Model):
    code = models.CharField(max_length=80, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    pack = models.CharField(max_length=80)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class AwardCount(models.Model):
    """How a form of a pack counts what was decided: question -> what it is answered with (`rules.counting`)."""

    form_code = models.CharField(max_length=80, unique=True)
    nature = models.CharField(max_length=15, choices=Nature.choices)
    answers = models.JSONField()
    pack = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.form_code


class Dossier(models.Model):
    """What `org_unit` proposes and decides together: one kind, one occasion, one decision. `day_to`: the day proposed,
    then the day of the decision, by which scopes see it."""

    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    kind_code = models.CharField(max_length=80)
    occasion_code = models.CharField(max_length=80)
    title = models.CharField(max_length=400, help_text="for what, as papers say it")
    day_to = models.DateField()
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in DossierState], default=DossierState.DRAFT.value
    )
    decision = models.CharField(max_length=80, blank=True)
    decided_on = models.DateField(null=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    folded = models.CharField(max_length=600, help_text="title and decision without accents")
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    dropped_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-day_to", "-pk"]
        indexes = [models.Index(fields=["org_unit", "day_to"], name="award_dossier_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="decided", decided_at__isnull=False, decided_on__isnull=False)
                & ~Q(decision="")
                & ~Q(decided_by_name="")
                | ~Q(state="decided") & Q(decided_at__isnull=True, decided_on__isnull=True, decision=""),
                name="award_dossier_decided_by_at",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind_code} {self.decision}"

    @property
    def subject(self) -> str:
        return f"{SUBJECT_OF_DOSSIER}{self.pk}"


class DossierFile(models.Model):
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="files")
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    added_by_name = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Award(models.Model):
    """One recipient in a dossier. `name`: of a person sealed.

    `number`: of its paper, given with the decision; `key` and `signature` are what its QR code says.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="awards")
    recipient = models.CharField(max_length=10, choices=[(one.value, one.value) for one in RecipientKind])
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    thing = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, related_name="+")
    # The dossier's once more: who may see an award is asked as of any record.
    day_to = models.DateField()
    name = models.TextField()
    folded = models.CharField(max_length=400, blank=True, help_text="the name without accents; never a person's")
    number = models.PositiveIntegerField(null=True)
    key = models.CharField(max_length=32, unique=True, null=True)
    signed_by = models.CharField(max_length=16, blank=True, help_text="name of the server's key")
    signature = models.CharField(max_length=100, blank=True)
    added_by_name = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_name = models.CharField(max_length=200, blank=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["dossier", "number", "pk"]
        indexes = [models.Index(fields=["org_unit", "day_to"], name="award_unit_day")]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="award_number_once"),
            models.UniqueConstraint(
                fields=["dossier", "org_unit"], condition=Q(recipient="unit"), name="award_unit_once"
            ),
            models.UniqueConstraint(
                fields=["dossier", "thing"], condition=Q(recipient="thing"), name="award_thing_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by_name="", withdrawn_because="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by_name="") & ~Q(withdrawn_because=""),
                name="award_withdrawn_by_at_because",
            ),
            models.CheckConstraint(
                condition=~Q(recipient="person") | Q(folded="", name__startswith="sealed:"),
                name="award_person_sealed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}.{self.number or self.pk}"

    @property
    def subject(self) -> str:
        return f"{SUBJECT}{self.pk}"


class CountSent(models.Model):
    """The record that counts a dossier's awards for a unit."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="counts")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "org_unit", "submission"], name="award_count_once")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.org_unit_id}"


class PrintedPart(models.Model):
    """Papers that were taken to be printed, by their numbers: what is known of a batch that was broken off."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="printed")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.first}-{self.last}"


class PaperBatch(models.Model):
    """All papers of a dossier in one go. What is made of it waits sealed under `wrapped`: with the row goes what it
    says, so the row goes whenever a name is erased, an award is taken back or the template was changed."""

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, related_name="batch")
    template = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    wrapped = models.BinaryField(help_text="the key, sealed with the server's secret key")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.dossier_id}"


class BatchPart(models.Model):
    """Papers of one Word file. `sha256`: of its sealed bytes, by which they wait for a day."""

    batch = models.ForeignKey(PaperBatch, on_delete=models.CASCADE, related_name="parts")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["first"]
        constraints = [models.UniqueConstraint(fields=["batch", "first"], name="award_batch_part_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.first}-{self.last}"
