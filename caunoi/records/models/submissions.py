from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from caunoi.accounts.models import User
from caunoi.approvals.rules import State
from caunoi.documents.models import StoredFile
from caunoi.forms.models import Form, FormVersion
from caunoi.places.models import OrgUnit

STATE_CHOICES = [(state.value, state.value) for state in State]


class Source(models.TextChoices):
    BROWSER = "browser", _("Trang web")
    SPREADSHEET = "spreadsheet", _("Bảng tính")
    DEVICE = "device", _("Điện thoại")


# A foreign key that another index begins with has none of its own (`db_index=False`): every record would write it.


class Submission(models.Model):
    """One record's identity: a form filled for a unit, and for a period or about an event's day.

    `day_from`, `day_to`: the days it tells of (the period's days, cut-off included; or the event's day).
    `named_from`, `named_to`: the calendar days of its named months; the same as the days for events.
    The content stands in versions; `current` is the newest.
    """

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="submissions")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="submissions", db_index=False)
    period_key = models.CharField(max_length=8, blank=True, help_text="blank for events")
    day_from = models.DateField()
    day_to = models.DateField()
    named_from = models.DateField()
    named_to = models.DateField()
    due_on = models.DateField(null=True, help_text="the last day on which it is on time")
    # Alone, although (state, unit) begins with it: pages of a whole country are read by state in the order of numbers.
    state = models.CharField(max_length=10, choices=STATE_CHOICES, db_index=True)
    current_number = models.IntegerField(default=1)
    reported_number = models.IntegerField(null=True, help_text="the version in the reported book; flagged ones wait")
    approved_number = models.IntegerField(null=True, help_text="the version in the approved book")
    approved_steps = models.SmallIntegerField(default=0, help_text="levels that have approved the current version")
    created_at = models.DateTimeField()
    first_received_at = models.DateTimeField()
    changed = models.BigIntegerField(
        default=0, db_index=True, help_text="knowledge number of its last change: who keeps a copy reads on from it"
    )
    # Knowledge numbers, so that what had arrived can be counted as of any moment. Null where it happened before they
    # were kept: that counts from the start.
    known_from = models.BigIntegerField(null=True, help_text="since when it is here")
    approved_from = models.BigIntegerField(null=True, help_text="since when some version of it is approved")
    withdrawn_from = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["form", "org_unit", "period_key"],
                condition=~models.Q(period_key="") & ~models.Q(state="withdrawn"),
                name="submission_once_a_period",
            ),
            models.CheckConstraint(
                condition=models.Q(day_to__gte=models.F("day_from")), name="submission_days_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["org_unit", "form", "day_from"]),
            models.Index(fields=["state", "org_unit"]),
        ]

    def __str__(self) -> str:
        return f"submission:{self.pk}"


class SubmissionVersion(models.Model):
    """What one sending said, as it came. Never changed."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.IntegerField()
    form = models.ForeignKey(
        Form, on_delete=models.PROTECT, related_name="+", db_index=False, help_text="the submission's form"
    )
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT)
    instance_id = models.CharField(max_length=64)
    deprecated_id = models.CharField(max_length=64, blank=True)
    xml = models.TextField(help_text="byte for byte as received (UTF-8)")
    answers = models.JSONField(help_text="question name -> text; repeats: name -> list of such dicts")
    source = models.CharField(max_length=12, choices=Source.choices)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    entered_by_name = models.CharField(max_length=200)
    received_at = models.DateTimeField()
    flags = models.JSONField(default=list, help_text="answers outside the form's rules, waiting for an officer")
    device = models.JSONField(default=dict, help_text="of a device: device_id, user_agent, client, app_user")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="submission_version_number"),
            models.UniqueConstraint(fields=["form", "instance_id"], name="submission_version_instance"),
        ]
        ordering = ["submission_id", "number"]

    def __str__(self) -> str:
        return f"{self.submission_id} v{self.number}"


class RepeatedInstance(models.Model):
    """A sending that said nothing new about its period. Its instanceID is kept, so that the same sending arriving once
    more, after a correction, is still known as old."""

    version = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, related_name="repeated_by")
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="+", db_index=False)
    instance_id = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, help_text="of the XML it came as")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "instance_id"], name="repeated_instance_once")]

    def __str__(self) -> str:
        return self.instance_id


class Attachment(models.Model):
    version = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, related_name="attachments", db_index=False)
    name = models.CharField(max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, help_text="null: announced, not yet here")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="attachment_once")]

    def __str__(self) -> str:
        return self.name
