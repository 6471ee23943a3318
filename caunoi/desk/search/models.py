from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an entry of the index stands for, as it stands in the table."""

    UNIT = "unit", _("Đơn vị")
    ENTITY = "entity", _("Mục trong sổ theo dõi")
    PERSON = "person", _("Tài khoản")
    REPORT = "report", _("Báo cáo")


class SearchEntry(models.Model):
    """The words of one thing, folded, without accents, and where it is; the database keeps an index of words over it
    (see the migration). What is shown of a hit is read from the thing itself: it may have changed or gone.

    `words` begins with marks that no reader types: the kind, and the kind in the unit's bucket (`rules.words.mark`); a
    report's hold its months too (`month_mark`).
    """

    kind = models.CharField(max_length=8, choices=Kind.choices)
    thing_id = models.BigIntegerField()
    org_unit_id = models.BigIntegerField(null=True, help_text="of an account none: its roles say where")
    words = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "thing_id"], name="search_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.thing_id}"


class SearchWord(models.Model):
    """Every word of the index once: what a mistyped word may have been meant to be."""

    word = models.CharField(max_length=60, primary_key=True)

    def __str__(self) -> str:
        return self.word
