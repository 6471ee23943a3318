from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from caunoi.places.models import OrgUnit


class StoredFile(models.Model):
    """Bytes kept once under their SHA-256, in `CAUNOI_HOME/files/ab/abcdef…`."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]


# ---- The register ---------------------------------------------------------------------------------------------------


class DocumentKind(models.Model):
    """Resolution, plan, report, ...: a row of a pack's document_kinds.csv. `sign`: how it stands in a symbol (`KH`)."""

    code = models.CharField(max_length=80, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    sign = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    pack = models.CharField(max_length=80)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class Direction(models.TextChoices):
    INCOMING = "incoming", _("Văn bản đến")
    OUTGOING = "outgoing", _("Văn bản đi")


class Document(models.Model):
    """A document in the register of `org_unit`, as last corrected; what stood before is in its versions.

    `reference`: number and symbol as printed (`123/KH-UBND`, `05-NQ/TU`), `number` the digits it begins with.
    `issuing_unit`: the issuing body if it is a unit we know; `issuing_body` names it in any case. `day_to`: the day it
    came or went, by which scopes see it. `plans_first`, `plans_last`: the days it makes plans for.
    """

    direction = models.CharField(max_length=10, choices=Direction.choices)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="documents")
    entry_number = models.PositiveIntegerField(help_text="in the unit's register of that direction and year, from 1")
    reference = models.CharField(max_length=80)
    number = models.PositiveIntegerField(null=True)
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, null=True, to_field="code", db_column="kind")
    issuing_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="issued_documents")
    issuing_body = models.CharField(max_length=200)
    issued_on = models.DateField()
    day_to = models.DateField()
    title = models.TextField()
    plans_first = models.DateField(null=True)
    plans_last = models.DateField(null=True)
    implements = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="implemented_by")
    current_number = models.PositiveIntegerField(default=1)
    registered_by = models.CharField(max_length=200)
    registered_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-day_to", "-id"]
        indexes = [
            models.Index(fields=["-day_to", "-id"], name="document_newest"),
            models.Index(fields=["org_unit", "direction", "-day_to"], name="document_of_unit"),
            models.Index(fields=["reference"], name="document_reference"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(plans_first__isnull=True, plans_last__isnull=True) | Q(plans_last__gte=F("plans_first")),
                name="document_plans_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="", withdrawn_because="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdrawn_because=""),
                name="document_withdrawn_by_at_because",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class DocumentVersion(models.Model):
    """What the register said of a document, from its entry on: plain values, as `rules.drafts` spells them."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    values = models.JSONField()
    because = models.TextField(blank=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["document_id", "number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_once")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.number}"


class DocumentFile(models.Model):
    """A file of a document under the name it is given out by. One that a correction removed stays with the document's
    history: `removed_in` is that version's number."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="files")
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    added_in = models.PositiveIntegerField()
    removed_in = models.PositiveIntegerField(null=True)
    text = models.TextField(blank=True, help_text="the words read from it, cut off after a while")

    class Meta:
        ordering = ["document_id", "id"]

    def __str__(self) -> str:
        return self.name


class DocumentAddress(models.Model):
    """A unit the document is addressed to. `day_to` is the document's: scopes filter addresses as they do records."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="addresses")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="addressed_documents")
    day_to = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["org_unit", "day_to"], name="document_address_unit")]
        constraints = [models.UniqueConstraint(fields=["document", "org_unit"], name="document_address_once")]

    def __str__(self) -> str:
        return f"{self.document_id} → {self.org_unit_id}"


class Deadline(models.Model):
    """Something a document asks of units until a day. `wants_document`: a document that implements this one answers."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="deadlines")
    what = models.CharField(max_length=500)
    due_on = models.DateField()
    wants_document = models.BooleanField(default=False)

    class Meta:
        ordering = ["document_id", "due_on", "id"]

    def __str__(self) -> str:
        return f"{self.what} ({self.due_on})"


class Duty(models.Model):
    """What a deadline asks of one unit. `done_on`: the day it was answered, by the unit or by what became of it."""

    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="duties")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="duties")
    done_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deadline", "org_unit"], name="duty_once")]
        indexes = [models.Index(fields=["org_unit"], condition=Q(done_on__isnull=True), name="duty_open")]

    def __str__(self) -> str:
        return f"{self.deadline_id} → {self.org_unit_id}"


class DoneMark(models.Model):
    """A unit says that it did what a deadline asks, with a note where that can be seen."""

    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="marks")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT)
    done_on = models.DateField()
    note = models.CharField(max_length=500)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deadline", "org_unit"], name="done_mark_once")]

    def __str__(self) -> str:
        return f"{self.deadline_id} → {self.org_unit_id}"


class DocumentText(models.Model):
    """What a document is found by: words without accents, one blank between two. `head`: reference, title, body;
    `body`: its files. `reach`: `a7` for each unit whose office may see it (`reach.py`). The index over it is the
    database's own and follows this table (migration 0003)."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="words")
    head = models.TextField()
    body = models.TextField(blank=True)
    reach = models.TextField()

    def __str__(self) -> str:
        return f"{self.document_id}"
