from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from caunoi.accounts.models import User


class Kind(models.TextChoices):
    """What letters tell of; each can be turned off. `DUE` and `WORK` are read on the day, as no `Notice`."""

    RETURNED = "returned", _("Bản ghi bị trả lại")
    APPROVED = "approved", _("Bản ghi được duyệt")
    RATING = "rating", _("Bảng chấm bị trả lại hoặc đã chốt")
    AWARD = "award", _("Khen thưởng được quyết định")
    REPORT_WAITING = "report-in", _("Báo cáo tổng hợp chờ duyệt")
    REPORT_RETURNED = "report-no", _("Báo cáo tổng hợp bị trả lại")
    REPORT_APPROVED = "report-ok", _("Báo cáo tổng hợp được duyệt")
    MEETING_CALLED = "meet-in", _("Được mời họp")
    MEETING_CHANGED = "meet-new", _("Cuộc họp được mời đổi lịch hoặc bị hủy")
    MEETING_LEFT = "meet-out", _("Thôi được mời họp")
    DUE = "due", _("Việc sắp đến hạn")
    WORK = "work", _("Việc đang chờ mỗi ngày")


class Notice(models.Model):
    """One thing that happened to somebody's records, as they are to hear of it. `submission_id`: of one record, null
    where `count` of them are meant. `about`: of what is no record, its subject as audit lines name it (`rating:12`).
    What it is called is read when it is shown."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    submission_id = models.BigIntegerField(null=True)
    about = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField(default=1)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_newest"),
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"


class Silence(models.Model):
    """Somebody wants no letters of this kind."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="silences")
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="silence_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class Mailing(models.Model):
    """When somebody's last letter went out, and the address that was refused for good, with what the server said; to
    that address nothing is sent again."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="mailing")
    last_on = models.DateField(null=True)
    refused_address = models.CharField(max_length=254, blank=True)
    refused_at = models.DateTimeField(null=True)
    refused_because = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return str(self.user_id)


class MailOutage(models.Model):
    """From when to when no letter went out, and what the mail server said last, or why it could not be reached. Letters
    that were not taken wait; what is told here is that they do."""

    since = models.DateTimeField()
    tried_at = models.DateTimeField()
    problem = models.TextField()
    over_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Two workers that fail at once are one outage.
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(over_at__isnull=True), name="mail_outage_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.since} {self.problem}"
