from __future__ import annotations

from django.db import models
from django.db.models import Q

from caunoi.assessments.rules.life import FINAL, RatingState
from caunoi.documents.models import StoredFile
from caunoi.places.models import Level, OrgUnit
from caunoi.records.models import FillsRecord, Submission

STATES = [(state.value, state.value) for state in RatingState]


class ScoringSheet(models.Model):
    """A version of a scoring sheet, from a pack. `series` ties the versions of one rating together: on any day at most
    one of them holds. `content`: `rules.sheet.write_sheet`."""

    pack = models.CharField(max_length=80)
    code = models.CharField(max_length=80, unique=True)
    series = models.CharField(max_length=80)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    level = models.CharField(max_length=10, choices=Level.choices, help_text="of the units that are rated")
    run_by = models.CharField(max_length=10, choices=Level.choices, help_text="the level that opens and closes")
    period_type = models.CharField(max_length=10)
    cut_off = models.PositiveSmallIntegerField(default=1)
    from_day = models.DateField(null=True)
    to_day = models.DateField(null=True, help_text="last day")
    content = models.JSONField()

    class Meta:
        ordering = ["series", "code"]

    def __str__(self) -> str:
        return self.code


class RatingRound(models.Model):
    """One rating of all units of a level under `org_unit` for one period. `sheet` is a copy: packs change."""

    sheet_code = models.CharField(max_length=80)
    series = models.CharField(max_length=80)
    sheet = models.JSONField()
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    period_type = models.CharField(max_length=10)
    period_key = models.CharField(max_length=10)
    cut_off = models.PositiveSmallIntegerField(default=1)
    day_from = models.DateField()
    day_to = models.DateField()
    as_known = models.BigIntegerField(help_text="the ledger's number its figures were last read at")
    opened_at = models.DateTimeField()
    opened_by_name = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True, help_text="last day for the units' own points; null: none is set")
    appeal_until = models.DateField(null=True, help_text="last day for appeals, set at closing; null: no limit")
    exception_reason = models.TextField(blank=True, help_text="why a cap was left behind")

    class Meta:
        ordering = ["-day_to", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "org_unit", "period_key"], name="rating_round_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by_name="")
                | Q(closed_at__isnull=False) & ~Q(closed_by_name=""),
                name="rating_round_closed_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.period_key} {self.org_unit_id}"

    @property
    def subject(self) -> str:
        return f"rating_round:{self.pk}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class Rating(models.Model):
    """One unit in a round. `lines`: `rules.scoring.write_lines`, in the sheet's order. `total` and `class_code` always
    follow from them."""

    round = models.ForeignKey(RatingRound, on_delete=models.CASCADE, related_name="ratings")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    # The round's days once more: who may see a rating is asked as of any record.
    day_from = models.DateField()
    day_to = models.DateField()
    state = models.CharField(max_length=10, choices=STATES, default=RatingState.OPEN.value)
    lines = models.JSONField()
    total = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    class_code = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True)
    sent_by_name = models.CharField(max_length=200, blank=True)
    sent_by_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True, help_text="why it was last sent back or left out")
    appeal = models.TextField(blank=True)
    appealed_at = models.DateTimeField(null=True)
    appealed_by_name = models.CharField(max_length=200, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_name = models.CharField(max_length=200, blank=True)
    submission = models.ForeignKey(
        Submission, on_delete=models.SET_NULL, null=True, related_name="+", help_text="that carries the closed class"
    )

    class Meta:
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "org_unit"], name="rating_once_a_unit"),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(state.value for state in FINAL))
                | ~Q(class_code="") & Q(total__isnull=False),
                name="rating_closed_with_a_class",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.org_unit_id}"

    @property
    def subject(self) -> str:
        return f"rating:{self.pk}"


class EvidenceFile(models.Model):
    """What a unit shows for a line that is scored by hand. Never changed; taken away only while the unit may score."""

    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, related_name="files")
    criterion = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["rating", "pk"]

    def __str__(self) -> str:
        return self.name


class CriteriaSet(models.Model):
    """A version of a set of criteria, from a pack. `criteria`: `rules.criteria.write_criteria`; `groups`: code, names.
    A set never changes into its successor: that is another row with its own days and statements."""

    pack = models.CharField(max_length=80)
    code = models.CharField(max_length=80, unique=True)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    level = models.CharField(max_length=10, choices=Level.choices)
    from_day = models.DateField(null=True)
    to_day = models.DateField(null=True, help_text="last day")
    source_vi = models.CharField(max_length=300, blank=True)
    source_en = models.CharField(max_length=300, blank=True)
    groups = models.JSONField()
    criteria = models.JSONField()
    form_code = models.CharField(max_length=80, blank=True, help_text="that progress is recorded with")
    answers = models.JSONField(default=dict, help_text="question -> word of rules.filling")
    # From the pack, or filled in on the page by whoever may load packs.
    parts = models.JSONField(default=list, help_text="rules.criteria.write_parts")
    levels = models.JSONField(default=list, help_text="rules.levels.write_levels")
    parts_in_set = models.PositiveSmallIntegerField(null=True, help_text="as its source says; null: not known")

    class Meta:
        ordering = ["-from_day", "code"]

    def __str__(self) -> str:
        return self.code


class GroupSpell(models.Model):
    """Since a day a unit belongs to a group of a set, until the unit's next row."""

    set_code = models.CharField(max_length=80)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=80)
    from_day = models.DateField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["set_code", "org_unit", "from_day", "pk"]

    def __str__(self) -> str:
        return f"{self.set_code} {self.org_unit_id} {self.group}"


class CriterionStatement(models.Model):
    """Since a day a unit meets a criterion or a part of one, or doesn't. Never changed: a later row takes an earlier
    one's place. `value`: as measured, where the threshold of the unit's group judges it."""

    set_code = models.CharField(max_length=80)
    criterion = models.CharField(max_length=80, help_text="its code, or that of a part")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    met = models.BooleanField()
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    evidence = models.TextField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["day", "pk"]
        indexes = [models.Index(fields=["set_code", "org_unit"], name="statement_of_a_unit")]

    def __str__(self) -> str:
        return f"{self.set_code} {self.criterion} {self.org_unit_id}"


class StatementFile(models.Model):
    """What was shown for a statement, given with it. Never changed, never taken away."""

    statement = models.ForeignKey(CriterionStatement, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["statement", "pk"]

    def __str__(self) -> str:
        return self.name


class ProgressRecord(FillsRecord):
    """A unit's progress in a set on a day, as it was recorded for the figures."""

    set_code = models.CharField(max_length=80)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [models.UniqueConstraint(fields=["set_code", "org_unit", "day"], name="progress_once_a_day")]

    def __str__(self) -> str:
        return f"{self.set_code} {self.org_unit_id} {self.day}"

    @property
    def subject(self) -> str:
        return f"progress:{self.pk}"
