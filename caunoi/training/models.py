from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from caunoi.awards.models import Dossier
from caunoi.places.models import OrgUnit
from caunoi.records.models import Entity, FillsRecord

FIELD_OF_PERSON = ("training", "learner")
"""Under which form and question packs declare why learners' names and marks are kept, and how long."""

# Who carries a person's key: `learner:12`.
SUBJECT = "learner:"


class MarkScale(models.Model):
    """Marks from 0 to `highest` with so many decimals. `bands`: classes of result by dated thresholds, each
    {code, name_vi, name_en, at_least, below, from, to, source}, numbers and days as text (`rules.results`)."""

    code = models.CharField(max_length=80, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    highest = models.DecimalField(max_digits=8, decimal_places=2)
    decimals = models.PositiveSmallIntegerField(default=0)
    bands = models.JSONField(default=list)
    pack = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.code


class TrainingKind(models.Model):
    """A row of a pack's training/kinds.csv.

    `levels`: whose units hold it. `names`: learners may be named; otherwise there are only counts. `scale`: of its
    marks; blank: none are given. `min_attendance` (% of the sessions) and `min_mark`: what completes it. `form_code`,
    `answers`: the form that a closed class fills and from what (`rules.filling`). `certificate`, `occasion`: of the
    awards that completing it gives. `figures`: data elements that its yearly plan and result show. `lecturers`: the
    register of those who teach; blank: nobody is named.
    """

    code = models.CharField(max_length=80, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    levels = models.JSONField(default=list)
    names = models.BooleanField(default=False)
    scale = models.CharField(max_length=80, blank=True)
    min_attendance = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    min_mark = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    form_code = models.CharField(max_length=80, blank=True)
    answers = models.JSONField(default=dict)
    certificate = models.CharField(max_length=80, blank=True)
    occasion = models.CharField(max_length=80, blank=True)
    figures = models.JSONField(default=list)
    lecturers = models.CharField(max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    pack = models.CharField(max_length=80)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class ClassState(models.TextChoices):
    OPEN = "open", _("Đang mở")
    CLOSED = "closed", _("Đã kết thúc")
    CANCELLED = "cancelled", _("Đã hủy")


class TrainingClass(FillsRecord):
    """`day_to`: its last day, by which scopes see it. `hours`: taught in all.

    `learners_stated`, `completed_stated`: by hand, of a class without names. `number` counts its changes. `counted`:
    what was counted at the closing.
    """

    kind = models.ForeignKey(TrainingKind, on_delete=models.PROTECT, to_field="code", db_column="kind")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="training_classes")
    title = models.CharField(max_length=300)
    day_from = models.DateField()
    day_to = models.DateField()
    place = models.CharField(max_length=300, blank=True)
    hours = models.PositiveIntegerField(default=0)
    words = models.TextField(help_text="title and place, folded for search")
    state = models.CharField(max_length=10, choices=ClassState.choices, default=ClassState.OPEN)
    number = models.PositiveIntegerField(default=1)
    because = models.CharField(max_length=500, blank=True, help_text="why it was cancelled or opened again, the latest")
    learners_stated = models.PositiveIntegerField(null=True)
    completed_stated = models.PositiveIntegerField(null=True)
    opened_by = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    counted = models.JSONField(default=dict)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-day_from", "-id"]
        indexes = [
            models.Index(fields=["org_unit", "day_to"], name="training_class_of_unit"),
            models.Index(fields=["-day_from", "-id"], name="training_class_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(day_to__gte=F("day_from")), name="training_class_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(closed_by="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, closed_by=""),
                name="training_class_closed_by_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"training_class:{self.pk}"


class ClassLecturer(models.Model):
    """Who teaches it: a thing of its kind's register, which keeps the name sealed and calls them by kind and number."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.CASCADE, related_name="lecturers")
    lecturer = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["training_class", "lecturer"], name="training_lecturer_once")]

    def __str__(self) -> str:
        return f"{self.training_class_id} {self.lecturer_id}"


class ClassSession(models.Model):
    """`present`: as stated by hand, of a class without names."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.CASCADE, related_name="sessions")
    day = models.DateField()
    title = models.CharField(max_length=200, blank=True)
    present = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["training_class_id", "day", "id"]
        constraints = [models.UniqueConstraint(fields=["training_class", "day", "title"], name="training_session_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.title}"


class Learner(models.Model):
    """`name` and `mark` are sealed with the learner's own key; `mark` blank: none yet. `completed`, and `band` (code of
    the class of result, blank without one): as found when the class was closed."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.CASCADE, related_name="learners")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    mark = models.TextField(blank=True)
    completed = models.BooleanField(null=True)
    band = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["training_class_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(name__startswith="sealed:") & (Q(mark="") | Q(mark__startswith="sealed:")),
                name="training_learner_sealed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.training_class_id}.{self.pk}"

    @property
    def subject(self) -> str:
        return f"{SUBJECT}{self.pk}"


class Presence(models.Model):
    """That a learner was there in a session; without a row, they were not."""

    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="presences")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="presences")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "learner"], name="training_presence_once")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.learner_id}"
