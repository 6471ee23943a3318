from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """Bytes kept once under their SHA-256, in `CAUNOI_HOME/files/ab/abcdef…`."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]
