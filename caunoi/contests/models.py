from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caunoi.awards.models import Dossier
from caunoi.documents.models import StoredFile
from caunoi.places.models import OrgUnit
from caunoi.records.models import FillsRecord

FIELD_OF_PERSON = ("contests", "entrant")
"""Under which form and question packs declare why an entrant's name is kept, and how long."""

# Who carries a person's key: `contest_entrant:12`.
SUBJECT = "contest_entrant:"


class ContestKind(models.Model):
    """A kind of contest of a pack's contests/. `terms`: as `rules.terms` reads it. `form_code`, `answers`: the form
    that a closed contest fills, and for each of its questions where the answer comes from (`rules.filling`)."""

    code = models.CharField(max_length=80, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    levels = models.JSONField(default=list)
    terms = models.JSONField()
    form_code = models.CharField(max_length=80, blank=True)
    answers = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    pack = models.CharField(max_length=80)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class ContestState(models.TextChoices):
    PLANNED = "planned", _("Đang chuẩn bị")
    OPEN = "open", _("Đang nhận bài")
    JUDGING = "judging", _("Đang chấm")
    RANKED = "ranked", _("Đã xếp hạng")
    APPEALS = "appeals", _("Đã công bố, nhận khiếu nại")
    CLOSED = "closed", _("Đã kết thúc")
    CANCELLED = "cancelled", _("Đã hủy")


class Contest(FillsRecord):
    """`day_to`: the day it is held or summed up, by which scopes see it. `terms`, `form_code`, `answers`: its kind's,
    as they were when it was planned; `declared_at`: since when criteria, scale, ties and prizes are its own. `round`:
    which of its rounds it is in, from 0. `entries_until`, `judging_until`, `appeals_until`: the moments after which
    nothing more of that is taken; the second is the round's.

    `asked`: what its form asks beyond what is counted, as answered at the closing. `folded`: title and decision, for
    search.
    """

    kind = models.ForeignKey(ContestKind, on_delete=models.PROTECT, to_field="code", db_column="kind")
    terms = models.JSONField()
    declared_by_name = models.CharField(max_length=200, blank=True)
    declared_at = models.DateTimeField(null=True)
    form_code = models.CharField(max_length=80, blank=True)
    answers = models.JSONField(default=dict)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="contests")
    title = models.CharField(max_length=300)
    day_to = models.DateField()
    folded = models.CharField(max_length=600)
    state = models.CharField(max_length=10, choices=ContestState.choices, default=ContestState.PLANNED)
    round = models.PositiveSmallIntegerField(default=0)
    entries_until = models.DateTimeField()
    judging_until = models.DateTimeField()
    appeals_until = models.DateTimeField(null=True)
    decision = models.CharField(max_length=80, blank=True)
    decided_on = models.DateField(null=True)
    because = models.CharField(max_length=500, blank=True, help_text="why it was cancelled")
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    asked = models.JSONField(default=dict)

    class Meta:
        ordering = ["-day_to", "-pk"]
        indexes = [models.Index(fields=["org_unit", "day_to"], name="contest_of_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", decided_on__isnull=False) & ~Q(decision="")
                | ~Q(state="closed") & Q(decided_on__isnull=True, decision=""),
                name="contest_closed_with_decision",
            ),
            models.CheckConstraint(
                condition=Q(declared_at__isnull=True, declared_by_name="")
                | Q(declared_at__isnull=False) & ~Q(declared_by_name=""),
                name="contest_declared_by_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"contest:{self.pk}"


class Entrant(models.Model):
    """Who takes part: a unit, a collective or a person of `org_unit`. `name`: of a person sealed. `day_to`: the
    contest's: scopes filter these rows as they do records."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="entrants")
    kind = models.CharField(max_length=10)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    day_to = models.DateField()
    name = models.TextField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["org_unit", "day_to"], name="contest_entrant_unit")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="person") | Q(name__startswith="sealed:"), name="contest_person_sealed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id}.{self.pk}"

    @property
    def subject(self) -> str:
        return f"{SUBJECT}{self.pk}"


class Entry(models.Model):
    """What is marked. `blind`: the number judges and the public know it by, drawn when judging begins. `last_round`:
    the furthest round it is in, from 0. `prize`: what it was given in the end."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="entries")
    entrant = models.ForeignKey(Entrant, on_delete=models.PROTECT, related_name="entries")
    title = models.CharField(max_length=300)
    blind = models.PositiveIntegerField(null=True)
    last_round = models.PositiveSmallIntegerField(default=0)
    prize = models.CharField(max_length=80, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    added_by_name = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["contest", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "blind"], name="contest_blind_once"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because=""),
                name="contest_entry_withdrawn_because",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id}.{self.blind or self.pk}"


class EntryFile(models.Model):
    """`name`: as it came, for the organiser; judges get it under a neutral one."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="files")
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.entry_id}.{self.pk}"


class Judge(models.Model):
    """Who judges a round. `number`: what the public knows them by. Dismissed: their marks of the round don't count."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="judges")
    round = models.PositiveSmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    dismissed_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["contest", "round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "round", "user"], name="contest_judge_once"),
            models.UniqueConstraint(fields=["contest", "round", "number"], name="contest_judge_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id}.{self.round}.{self.number}"


class EntryMark(models.Model):
    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="marks")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="marks")
    criterion = models.CharField(max_length=80)
    value = models.DecimalField(max_digits=12, decimal_places=4)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["judge", "entry", "criterion"], name="contest_mark_once")]

    def __str__(self) -> str:
        return f"{self.judge_id} {self.entry_id} {self.criterion}"


class RankingVersion(models.Model):
    """A ranking as it was made: later ones of the round replace it, none changes it. `marks`: [entry, judge, criterion,
    value] by blind number; `rows`: [entry, rank, score shown]; `titles`: entry -> its title then."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="rankings")
    round = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    because = models.CharField(max_length=500, blank=True, help_text="why it was made again")
    marks = models.JSONField()
    rows = models.JSONField()
    titles = models.JSONField()
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["contest", "round", "number"]
        constraints = [models.UniqueConstraint(fields=["contest", "round", "number"], name="contest_ranking_once")]

    def __str__(self) -> str:
        return f"{self.contest_id}.{self.round}.{self.number}"


class PrizeDossier(models.Model):
    """In which dossier of awards those who were given the prize stand: one for each prize, or papers come twice."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="prize_dossiers")
    prize = models.CharField(max_length=80)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["contest", "prize"], name="contest_prize_dossier_once")]

    def __str__(self) -> str:
        return f"{self.contest_id} {self.prize}"


class AppealOutcome(models.TextChoices):
    KEPT = "kept", _("giữ nguyên điểm")
    REMARK = "remark", _("chấm lại")


class Appeal(models.Model):
    """About an entry, from its entrant's unit. With the outcome `remark` judges may change the entry's marks until the
    ranking is made again (`remarked`)."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="appeals")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="appeals")
    what = models.TextField()
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=AppealOutcome.choices, blank=True)
    answer = models.TextField(blank=True)
    answered_by_name = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    remarked = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="", answered_by_name="", outcome="")
                | Q(answered_at__isnull=False) & ~Q(answer="") & ~Q(answered_by_name="") & ~Q(outcome=""),
                name="contest_appeal_answered_by_at",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contest_id}.{self.pk}"
