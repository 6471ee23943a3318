"""What officers enter about phones and held sendings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from caunoi.periods.inputs import DayField

REASON_LENGTH = 1000


class PlaceForm(forms.Form):
    """Which period or day a held sending is about; `units`, `periods`: what may be chosen, as (value, label)."""

    def __init__(self, *args: Any, units: list[tuple[int, str]], periods: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(units) > 1:
            self.fields["unit"] = forms.TypedChoiceField(
                label=gettext_lazy("Đơn vị"), choices=units, coerce=int, widget=forms.Select
            )
        if periods:
            self.fields["period"] = forms.ChoiceField(label=gettext_lazy("Kỳ báo cáo"), choices=periods)
        else:
            self.fields["day"] = DayField(label=gettext_lazy("Ngày diễn ra"))


class PutAsideForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Ví dụ: bản thử, đã có bản khác, đồng hồ của điện thoại sai."),
    )
