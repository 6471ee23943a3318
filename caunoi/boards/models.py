from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caunoi.accounts.models import Role, User
from caunoi.forms.models import Form
from caunoi.places.models import OrgUnit


class Page(models.TextChoices):
    """Pages whose question can be saved."""

    FIGURES = "figures", _("Số liệu")
    COVERAGE = "coverage", _("Tiến độ báo cáo")
    INBOX = "inbox", _("Hộp duyệt")


class RelativePeriod(models.TextChoices):
    """Days counted from the day on which the view is opened; none: the days of the question itself."""

    AS_ASKED = "", _("các ngày đã chọn")
    THIS_MONTH = "this-month", _("tháng này")
    LAST_MONTH = "last-month", _("tháng trước")
    THIS_QUARTER = "this-quarter", _("quý này")
    YEAR_SO_FAR = "year-so-far", _("từ đầu năm đến nay")
    LAST_YEAR = "last-year", _("năm trước")
    LAST_12_MONTHS = "last-12-months", _("12 tháng gần nhất")


class Shared(models.Model):
    """Of one person; with a unit, also read by who holds a role (`role`, or any) on the unit or under it.

    Deleted is a mark, so that it can be undone.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    shared_with = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    shared_role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    made_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class SavedView(Shared):
    """A question of a page: `query` is the page's own address after the question mark, without days where `period` is
    relative and without a place where `own_place` puts the opener's unit."""

    page = models.CharField(max_length=12, choices=Page.choices)
    query = models.TextField()
    period = models.CharField(max_length=20, choices=RelativePeriod.choices, blank=True)
    own_place = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shared_with__isnull=False) | Q(shared_role=""), name="view_role_needs_a_unit"
            )
        ]


class Dashboard(Shared):
    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shared_with__isnull=False) | Q(shared_role=""), name="dashboard_role_needs_a_unit"
            )
        ]


class FirstPage(models.Model):
    """The dashboard somebody wants on their first page: their own choice, seen by nobody else."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user_id} → {self.dashboard_id}"


class Tile(models.Model):
    """A part of a dashboard, in its order: a saved view, or (without one) a note."""

    class Show(models.TextChoices):
        NUMBER = "number", _("số lớn")
        CHART = "chart", _("biểu đồ")
        TABLE = "table", _("bảng")

    class Size(models.TextChoices):
        HALF = "half", _("nửa hàng")
        WHOLE = "whole", _("cả hàng")

    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="tiles")
    position = models.PositiveSmallIntegerField()
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    show = models.CharField(max_length=8, choices=Show.choices, default=Show.NUMBER)
    size = models.CharField(max_length=8, choices=Size.choices, default=Size.HALF)
    title = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(view__isnull=False) | ~Q(note="") | ~Q(title=""), name="tile_shows_something"
            )
        ]

    def __str__(self) -> str:
        return self.title or str(self.view or "")


class Campaign(models.Model):
    """Days on which the units under `org_unit` fill one form together, watched on a wall. A question with a name: what
    it shows is asked of the ledger each time. Deleted is a mark."""

    name = models.CharField(max_length=160)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="+")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="campaign_days_in_order")]

    def __str__(self) -> str:
        return self.name
