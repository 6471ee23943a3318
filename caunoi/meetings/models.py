from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from caunoi.documents.models import StoredFile
from caunoi.places.models import OrgUnit
from caunoi.records.models import FillsRecord


class MeetingKind(models.Model):
    """Conference, talk, dialogue, ...: a row of a pack's meeting_kinds.csv.

    `levels`: whose units hold it. `asks`: which sorts of matters it has (`MatterSort`). `form_code`, `answers`: the
    form that a closed meeting fills, and for each of its questions where the answer comes from (`rules.filling`).
    `minutes`: the Word template of its minutes.
    """

    code = models.CharField(max_length=80, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    levels = models.JSONField(default=list)
    asks = models.JSONField(default=list)
    form_code = models.CharField(max_length=80, blank=True)
    answers = models.JSONField(default=dict)
    minutes = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    position = models.PositiveSmallIntegerField(default=0)
    pack = models.CharField(max_length=80)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


SUBJECT_OF_MEETING = "meeting:"


class MeetingState(models.TextChoices):
    PLANNED = "planned", _("Đã lên lịch")
    CLOSED = "closed", _("Đã kết thúc")
    CANCELLED = "cancelled", _("Đã hủy")


class Meeting(FillsRecord):
    """`day_to`: the local day it begins, by which scopes see it. `agenda`: list of [time or "", what, office or ""].

    `number` counts its changes. `asked`: what the form asks beyond what is counted, as answered at the closing.
    """

    kind = models.ForeignKey(MeetingKind, on_delete=models.PROTECT, to_field="code", db_column="kind")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    day_to = models.DateField()
    venue = models.CharField(max_length=300, blank=True)
    agenda = models.JSONField(default=list)
    words = models.TextField(help_text="title and venue, folded for search")
    state = models.CharField(max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED)
    number = models.PositiveIntegerField(default=1)
    because = models.CharField(max_length=500, blank=True, help_text="why it was cancelled or opened again, the latest")
    planned_by = models.CharField(max_length=200)
    planned_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    asked = models.JSONField(default=dict)

    class Meta:
        ordering = ["-starts_at", "-id"]
        indexes = [
            models.Index(fields=["org_unit", "day_to"], name="meeting_of_unit"),
            models.Index(fields=["-starts_at", "-id"], name="meeting_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="") | Q(closed_at__isnull=False) & ~Q(closed_by=""),
                name="meeting_closed_by_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"{SUBJECT_OF_MEETING}{self.pk}"


class MeetingUnit(models.Model):
    """A unit that has to do with a meeting, and so may see it: invited (with the offices asked to come), a site's, or
    one that something was asked of. `day_to` is the meeting's: scopes filter these rows as they do records."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="units")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="meeting_units")
    day_to = models.DateField()
    invited = models.BooleanField(default=False)
    offices = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["org_unit", "day_to"], name="meeting_unit_day")]
        constraints = [models.UniqueConstraint(fields=["meeting", "org_unit"], name="meeting_unit_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} → {self.org_unit_id}"


class Site(models.Model):
    """A place where people take part. `attendance`: as stated by hand; turns at the door are counted beside it. `key`:
    in the address that the QR code at its door leads to."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="sites")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="meeting_sites")
    name = models.CharField(max_length=200)
    online = models.BooleanField(default=False)
    attendance = models.PositiveIntegerField(null=True)
    key = models.CharField(max_length=32, unique=True)

    class Meta:
        ordering = ["meeting_id", "online", "id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "org_unit", "name"], name="meeting_site_once")]

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """One turn counted at a door: nothing but a random number made for that tap, so that sending it twice counts once.
    Whose phone it was, and when, is not kept."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="taps")
    nonce = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.site_id}"


class Topic(models.Model):
    """What was spoken of from the floor, and how many contributions were about it. Never by whom."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="topics")
    name = models.CharField(max_length=200)
    contributions = models.PositiveIntegerField()

    class Meta:
        ordering = ["meeting_id", "id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "name"], name="meeting_topic_once")]

    def __str__(self) -> str:
        return self.name


class MatterSort(models.TextChoices):
    CONCLUSION = "conclusion", _("Kết luận")
    REQUEST = "request", _("Kiến nghị lên cấp trên")
    QUESTION = "question", _("Câu hỏi của người dân")


class Matter(models.Model):
    """Something a meeting leaves to a unit until a day: a conclusion to carry out, a request or a question to answer.

    `answer`: what was done or said. `published_on`: the day the answer was made public. Dropped: entered by mistake, or
    taken back; it counts no more.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="matters")
    sort = models.CharField(max_length=10, choices=MatterSort.choices)
    what = models.TextField()
    words = models.TextField(help_text="folded for search")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="matters")
    due_on = models.DateField()
    answer = models.TextField(blank=True)
    done_on = models.DateField(null=True)
    done_by = models.CharField(max_length=200, blank=True)
    published_on = models.DateField(null=True)
    dropped_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["meeting_id", "sort", "due_on", "id"]
        indexes = [models.Index(fields=["due_on", "id"], name="matter_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, done_by="", answer="") | Q(done_on__isnull=False) & ~Q(done_by=""),
                name="matter_done_by_on",
            ),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True) | Q(done_on__isnull=False), name="matter_published_when_answered"
            ),
        ]

    def __str__(self) -> str:
        return self.what[:60]
