from __future__ import annotations

from django.db import models


class LoadedPack(models.Model):
    """Which packs are loaded, in which version, with the hash of the folder's content."""

    code = models.CharField(max_length=80, unique=True)
    version = models.CharField(max_length=40)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    content_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.code} {self.version}"
