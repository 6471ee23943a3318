from __future__ import annotations

from django.db import models

from caunoi.documents.models import StoredFile
from caunoi.places.models import OrgUnit


class ReportTemplate(models.Model):
    """A Word template of a pack with its parameters (the .toml beside it, parsed)."""

    code = models.CharField(max_length=80, unique=True)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    pack = models.CharField(max_length=80)
    template = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    parameters = models.JSONField(default=dict)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ReportRun(models.Model):
    """A report made: for which unit and days, by whom, as known at which number, and the bytes that came out."""

    template_code = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="report_runs")
    day_from = models.DateField()
    day_to = models.DateField()
    boundaries = models.DateField()
    as_known = models.BigIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=200)
    figures = models.IntegerField(default=0)
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title
