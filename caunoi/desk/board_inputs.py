"""What is typed about saved views, dashboards and their parts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.accounts.models import Role, User
from caunoi.boards.models import Page, RelativePeriod, SavedView, Tile
from caunoi.desk.units import list_working_units
from caunoi.places.models import OrgUnit

NAME_MISSING = gettext_lazy("Hãy đặt một tên để sau này nhận ra.")


class SharingForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Tên"), max_length=120, error_messages={"required": NAME_MISSING}, strip=True
    )
    shared_with = forms.ChoiceField(label=gettext_lazy("Chia sẻ với"), required=False)
    shared_role = forms.ChoiceField(label=gettext_lazy("Chỉ người có vai trò"), required=False)

    def __init__(self, user: User, on: date, *args: Any, shared_with: OrgUnit | None = None, **kwargs: Any) -> None:
        """`shared_with`: a unit it is shared with already, offered beside the person's own units."""
        super().__init__(*args, **kwargs)
        units = {str(one.id): one.name for one in list_working_units(user, Role, on)}
        if shared_with is not None:
            units.setdefault(str(shared_with.pk), shared_with.key)
        offered = [(pk, _("mọi người ở %(unit)s và cấp dưới") % {"unit": name}) for pk, name in units.items()]
        self.fields["shared_with"].choices = [("", _("chỉ mình tôi")), *offered]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["shared_role"].choices = [("", _("bất kỳ vai trò nào")), *Role.choices]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("shared_role") and not typed.get("shared_with"):
            # Not left out in silence: who chose a role believes that it is shared.
            self.add_error("shared_with", _("Hãy chọn cả đơn vị: vai trò chỉ chọn bớt người của đơn vị được chia sẻ."))
        return typed

    def unit(self) -> OrgUnit | None:
        chosen = self.cleaned_data["shared_with"]
        return OrgUnit.objects.get(pk=chosen) if chosen else None


class ViewForm(SharingForm):
    period = forms.ChoiceField(label=gettext_lazy("Thời gian"), required=False, choices=RelativePeriod.choices)
    own_place = forms.BooleanField(label=gettext_lazy("Theo đơn vị của người mở"), required=False)
    page = forms.ChoiceField(choices=Page.choices, required=False, widget=forms.HiddenInput)
    query = forms.CharField(max_length=4000, required=False, widget=forms.HiddenInput)


class TileForm(forms.Form):
    """With `views`, a part is added; without, one is changed."""

    view = forms.ChoiceField(label=gettext_lazy("Bảng xem đã lưu"), required=False)
    show = forms.ChoiceField(label=gettext_lazy("Hiện dưới dạng"), choices=Tile.Show.choices, required=False)
    size = forms.ChoiceField(label=gettext_lazy("Chiều rộng"), choices=Tile.Size.choices, required=False)
    title = forms.CharField(label=gettext_lazy("Tiêu đề"), max_length=120, required=False)
    note = forms.CharField(label=gettext_lazy("Ghi chú"), max_length=2000, required=False, widget=forms.Textarea)

    def __init__(self, views: list[SavedView] | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs["rows"] = 2
        if views is None:
            del self.fields["view"]
        else:
            offered = [(str(one.pk), one.name) for one in views]
            self.fields["view"].choices = [("", _("không có, chỉ ghi chú")), *offered]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        typed["show"] = typed.get("show") or Tile.Show.NUMBER
        typed["size"] = typed.get("size") or Tile.Size.HALF
        if "view" in self.fields and not (typed.get("view") or typed.get("title") or typed.get("note")):
            self.add_error("view", _("Hãy chọn một bảng xem đã lưu, hoặc viết một ghi chú."))
        return typed
