"""The forms of the pages about released tables."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.facts.releasing import list_disaggregations
from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField


class ReleaseForm(forms.Form):
    codes = forms.MultipleChoiceField(
        label=gettext_lazy("Bảng"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Hãy chọn ít nhất một bảng.")},
    )
    place = forms.CharField(label=gettext_lazy("Đơn vị (tên hoặc mã)"), max_length=200)
    first = DayField(label=gettext_lazy("Từ ngày"), help_text=gettext_lazy("Ngày đầu của một kỳ trọn."))
    last = DayField(label=gettext_lazy("Đến ngày"), help_text=gettext_lazy("Ngày cuối của một kỳ trọn."))
    boundaries = DayField(
        label=gettext_lazy("Ranh giới của ngày"),
        required=False,
        help_text=gettext_lazy("Để trống: theo đơn vị hành chính của ngày cuối kỳ."),
    )
    other_boundaries = DayField(
        label=gettext_lazy("Và theo ranh giới của ngày"),
        required=False,
        help_text=gettext_lazy("Thêm một lần nữa, ví dụ ngày trước sắp xếp; được bảo vệ cùng nhau."),
    )
    # Of the page that showed what would be published.
    as_known = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if isinstance(first, date) and isinstance(last, date) and first > last:
            self.add_error("last", _("Ngày cuối kỳ đứng trước ngày đầu kỳ. Hãy đổi chỗ hai ngày."))
        return cleaned

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tables = [(one.code, in_reader_language(one.title_vi, one.title_en)) for one in list_disaggregations()]
        self.fields["codes"].choices = tables  # type: ignore[attr-defined]  # a MultipleChoiceField

    @property
    def days(self) -> list[date]:
        """The boundary days, the last of them first asked for."""
        typed = self.cleaned_data
        return [day for day in (typed["other_boundaries"], typed["boundaries"] or typed["last"]) if day]


class WithdrawForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Lý do rút"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Hãy ghi lý do rút bảng công bố.")},
    )
