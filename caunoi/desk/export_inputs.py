"""The form of the exports page: which records, and how they are to be spelled."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.approvals.rules import State
from caunoi.desk.collecting import title_of
from caunoi.forms.models import Form
from caunoi.periods.inputs import DayField
from caunoi.records.exports import ExportRequest, find_units
from caunoi.vietnamese_text import sort_key


class ExportForm(forms.Form):
    form = forms.ChoiceField(label=gettext_lazy("Biểu mẫu"))
    place = forms.CharField(label=gettext_lazy("Đơn vị (tên hoặc mã)"), max_length=200)
    first = DayField(label=gettext_lazy("Từ ngày"))
    last = DayField(label=gettext_lazy("Đến ngày"))
    state = forms.ChoiceField(
        label=gettext_lazy("Trạng thái"),
        required=False,
        choices=[
            ("", gettext_lazy("tất cả")),
            (State.APPROVED.value, gettext_lazy("đã duyệt")),
            (State.SUBMITTED.value, gettext_lazy("chờ duyệt")),
            (State.RETURNED.value, gettext_lazy("đã trả lại")),
            (State.LOCKED.value, gettext_lazy("đã khóa")),
            (State.WITHDRAWN.value, gettext_lazy("đã rút")),
        ],
    )
    labels = forms.ChoiceField(
        label=gettext_lazy("Câu hỏi và lựa chọn ghi bằng"),
        required=False,
        choices=[
            ("vi", gettext_lazy("nhãn tiếng Việt")),
            ("en", gettext_lazy("nhãn tiếng Anh")),
            ("codes", gettext_lazy("mã")),
        ],
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Dạng tệp"), required=False, choices=[("xlsx", "Excel (.xlsx)"), ("csv", "CSV")]
    )
    versions = forms.BooleanField(label=gettext_lazy("Mọi phiên bản, không chỉ bản hiện hành"), required=False)
    split = forms.BooleanField(label=gettext_lazy("Câu chọn nhiều: mỗi lựa chọn một cột 1/0"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = [(one.code, title_of(one)) for one in Form.objects.all()]
        self.fields["form"].choices = sorted(titles, key=lambda one: sort_key(one[1]))  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if isinstance(first, date) and isinstance(last, date) and first > last:
            self.add_error("last", _("Ngày cuối kỳ đứng trước ngày đầu kỳ. Hãy đổi chỗ hai ngày."))
        return cleaned

    def request(self) -> ExportRequest:
        """Raises Refusals (unknown or ambiguous place)."""
        typed = self.cleaned_data
        return ExportRequest(
            typed["form"],
            find_units(typed["place"], typed["last"]),
            typed["first"],
            typed["last"],
            typed["labels"] or "vi",
            typed["versions"],
            typed["split"],
            frozenset({typed["state"]} - {""}),
        )
