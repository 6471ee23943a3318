from __future__ import annotations

from django.db import models


class BackupRun(models.Model):
    """One backup that was tried here, by hand or by the worker. `problem` is the sentence of what went wrong, and then
    there is no file; otherwise the file was read back whole at `checked_at`."""

    path = models.CharField(max_length=500)
    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    encrypted = models.BooleanField(default=False)
    scheduled = models.BooleanField(default=False)
    problem = models.TextField(blank=True)
    made_by_name = models.CharField(max_length=200)

    # Set by `queries.list_runs`: whether the file still lies there.
    is_there = False

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(checked_at=None) ^ models.Q(problem=""), name="backup_checked_or_problem"
            )
        ]

    def __str__(self) -> str:
        return self.path
