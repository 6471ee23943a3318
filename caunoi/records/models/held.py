from __future__ import annotations

from django.db import models

from caunoi.documents.models import StoredFile
from caunoi.forms.models import FormVersion
from caunoi.places.models import OrgUnit
from caunoi.records.models.submissions import Submission
from caunoi.sentences import tell


class HeldSending(models.Model):
    """What a device sent and what can't become a record by itself (no day, a period not owed, a wrong clock).

    The protocol wants it acknowledged and nobody's work may be lost, so it is kept here, byte for byte, outside the
    books, until an officer gives it its place (`became`) or puts it aside with a reason.
    """

    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    form_code = models.CharField(max_length=80)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="held_sendings")
    instance_id = models.CharField(max_length=64)
    deprecated_id = models.CharField(max_length=64, blank=True)
    xml = models.TextField(help_text="byte for byte as received (UTF-8)")
    reason = models.TextField(help_text="the refusal's sentence")
    source = models.CharField(max_length=12)
    entered_by_name = models.CharField(max_length=200)
    device = models.JSONField(default=dict, help_text="device_id, user_agent, client")
    received_at = models.DateTimeField()
    became = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="+")
    put_aside_because = models.TextField(blank=True)
    settled_by = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form_code", "instance_id"], name="held_sending_instance"),
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, settled_by="")
                | models.Q(settled_at__isnull=False) & ~models.Q(settled_by=""),
                name="held_sending_settled_by_and_at",
            ),
        ]
        ordering = ["received_at", "id"]

    def __str__(self) -> str:
        return f"held:{self.pk}"

    # In the reader's language.

    @property
    def reason_told(self) -> str:
        return tell(self.reason)

    @property
    def put_aside_told(self) -> str:
        return tell(self.put_aside_because)


class HeldFile(models.Model):
    sending = models.ForeignKey(HeldSending, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sending", "name"], name="held_file_once")]

    def __str__(self) -> str:
        return self.name
