from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from caunoi.places.models import OrgUnit
from caunoi.records.models import SubmissionVersion


class Kind(models.TextChoices):
    FLOW = "flow", _("số phát sinh")
    STOCK = "stock", _("số hiện có")
    CATEGORY = "category", _("xếp loại")
    OWN_LEVEL = "own-level", _("số riêng của đơn vị")
    UNITS = "units", _("số đơn vị")


class Nature(models.TextChoices):
    RESULT = "result", _("kết quả")
    TARGET = "target", _("chỉ tiêu")


class DataElement(models.Model):
    """What is counted. Columns as in docs/pack-format.md; `decimals` is fixed once a fact was posted, because amounts
    are stored as whole numbers of 10^-decimals units."""

    code = models.CharField(max_length=80, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    decimals = models.SmallIntegerField(default=0)
    levels = models.JSONField(default=list)
    form_code = models.CharField(max_length=80, blank=True, db_index=True)
    expression = models.TextField(blank=True)
    filter = models.TextField(blank=True)
    day = models.CharField(max_length=60, blank=True)
    register = models.CharField(
        max_length=80, blank=True, db_index=True, help_text="code of the register whose things are counted"
    )
    nature = models.CharField(max_length=8, choices=Nature.choices, default=Nature.RESULT)
    classes = models.JSONField(default=list)
    definition_vi = models.TextField(blank=True)
    definition_en = models.TextField(blank=True)
    sensitive = models.BooleanField(default=False, help_text="without a role only in released tables")
    pack = models.CharField(max_length=80)
    known_from = models.BigIntegerField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Indicator(models.Model):
    """A formula over data elements, computed at each level from numerator and denominator; never stored."""

    code = models.CharField(max_length=80, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    decimals = models.SmallIntegerField(default=1)
    formula = models.TextField()
    direction = models.CharField(max_length=4, blank=True)
    source_vi = models.TextField(blank=True)
    source_en = models.TextField(blank=True)
    pack = models.CharField(max_length=80)
    known_from = models.BigIntegerField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Relation(models.Model):
    """`code` is part of, not greater than, target of, or the turns of `other`."""

    code = models.CharField(max_length=80)
    relation = models.CharField(max_length=20)
    other = models.CharField(max_length=80)
    note = models.TextField(blank=True)
    pack = models.CharField(max_length=80)
    known_from = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "relation", "other"], name="relation_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.relation} {self.other}"


class Disaggregation(models.Model):
    """A fixed table in which sensitive counts may be released: a whole and its parts. Columns as in
    docs/pack-format.md; without a name for the rest the parts are all of the whole."""

    code = models.CharField(max_length=80, unique=True)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    whole = models.CharField(max_length=80)
    parts = models.JSONField(default=list)
    rest_vi = models.CharField(max_length=200, blank=True)
    rest_en = models.CharField(max_length=200, blank=True)
    levels = models.JSONField(default=list)
    period_type = models.CharField(max_length=10)
    threshold = models.SmallIntegerField()
    hides_zeros = models.BooleanField(default=False)
    pack = models.CharField(max_length=80)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Release(models.Model):
    """Tables published together, for ever: what was published stays known, also when it is withdrawn.

    `rules`: how each table was declared then (`release_tables.TableRule`); `tables`: what is published, as in
    `released.Table`; `sha256` of them; `reasons`: for officers, how many cells were suppressed, and why.
    """

    place = models.CharField(max_length=80)
    place_name = models.CharField(max_length=200)
    first = models.DateField()
    last = models.DateField()
    boundaries = models.JSONField()
    as_known = models.BigIntegerField()
    rules = models.JSONField()
    tables = models.JSONField()
    sha256 = models.CharField(max_length=64)
    reasons = models.JSONField()
    withheld = models.BooleanField(default=False)
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    withdrawn_by_id = models.BigIntegerField(null=True)
    withdrawn_by_name = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by_name="", withdrawn_because="")
                | (
                    models.Q(withdrawn_at__isnull=False)
                    & ~models.Q(withdrawn_by_name="")
                    & ~models.Q(withdrawn_because="")
                ),
                name="release_withdrawn_by_whom_and_why",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.place} {self.first}–{self.last}"


class CheckSetting(models.Model):
    """One row of a pack's checks.csv: thresholds of the checks on figures, for a data element (blank: all of the pack)
    on a level (blank: all). `values`: column -> text as written, only what is given."""

    code = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=12, blank=True)
    values = models.JSONField(default=dict)
    pack = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "code", "level"], name="check_setting_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.level}".strip()


class SeenFinding(models.Model):
    """An officer looked at what a check said of a version and found the figure right; it is not said again of that
    version. `kind` and `code` as in `facts.checks.Finding`."""

    version = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, related_name="seen_findings")
    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=200, blank=True)
    note = models.TextField()
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "kind", "code"], name="seen_finding_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.kind} {self.code}".strip()


class Book(models.IntegerChoices):
    REPORTED = 0, _("đã báo cáo")
    APPROVED = 1, _("đã duyệt")


class Posting(models.Model):
    """One line of the ledger. `seq` is its knowledge number: given in commit order, never reused.

    `amount` is the value in whole units of 10^-decimals of the data element (`sign` already applied); for a category
    it is 0 and `class_code` says the class. A reversal repeats the original with `sign` -1 and the amount negated.
    `version` is null where an officer's decision about a register changed the number, and no submission did.
    """

    seq = models.BigIntegerField(primary_key=True)
    book = models.SmallIntegerField(choices=Book.choices)
    data_element = models.ForeignKey(DataElement, on_delete=models.PROTECT, db_index=False)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, db_index=False)
    day_from = models.DateField()
    day_to = models.DateField()
    named_from = models.DateField()
    named_to = models.DateField()
    disaggregation = models.CharField(max_length=80, blank=True)
    class_code = models.CharField(max_length=40, blank=True)
    amount = models.BigIntegerField()
    sign = models.SmallIntegerField()
    version = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, null=True, related_name="postings")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(sign__in=[1, -1]), name="posting_sign")]
        indexes = [models.Index(fields=["data_element", "org_unit"])]

    def __str__(self) -> str:
        return f"{self.seq}"


class Segment(models.Model):
    """A part of the ledger as a columnar file: the postings of one book and of the units from `unit_from` to `unit_to`
    whose numbers lie from `first_seq` to `last_seq`. The files of one stretch of numbers are written and replaced
    together. Can be rebuilt.

    `book` null: of both (written before files were cut by book).
    """

    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    book = models.SmallIntegerField(choices=Book.choices, null=True)
    unit_from = models.BigIntegerField(default=0)
    unit_to = models.BigIntegerField(default=2**31)
    file = models.CharField(max_length=120, unique=True)
    rows = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["first_seq", "book", "unit_from"]

    def __str__(self) -> str:
        return self.file
