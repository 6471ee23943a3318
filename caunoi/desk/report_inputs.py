"""The forms of the reports pages: which report to make, and which file to verify."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField
from caunoi.reports.queries import list_templates
from caunoi.reports.word_file import MOST_BYTES


class ReportForm(forms.Form):
    template = forms.ChoiceField(label=gettext_lazy("Mẫu báo cáo"))
    place = forms.CharField(label=gettext_lazy("Đơn vị (tên hoặc mã)"), max_length=200)
    first = DayField(label=gettext_lazy("Từ ngày"))
    last = DayField(label=gettext_lazy("Đến ngày"))
    boundaries = DayField(
        label=gettext_lazy("Ranh giới của ngày"),
        required=False,
        help_text=gettext_lazy("Để trống: theo đơn vị hành chính của ngày cuối kỳ."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        templates = [(t.code, in_reader_language(t.title_vi, t.title_en)) for t in list_templates()]
        self.fields["template"].choices = templates  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if isinstance(first, date) and isinstance(last, date) and first > last:
            self.add_error("last", _("Ngày cuối kỳ đứng trước ngày đầu kỳ. Hãy đổi chỗ hai ngày."))
        return cleaned


class VerifyForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Tệp báo cáo (.docx)"),
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        error_messages={
            "required": gettext_lazy("Chưa chọn tệp. Hãy chọn tệp .docx cần kiểm tra."),
            "empty": gettext_lazy("Tệp trống. Hãy chọn đúng tệp báo cáo."),
        },
    )

    def clean_file(self) -> UploadedFile:
        given: UploadedFile = self.cleaned_data["file"]
        if given.size is not None and given.size > MOST_BYTES:
            raise forms.ValidationError(_("Tệp lớn hơn 60 MB nên không mở. Hãy chọn đúng tệp báo cáo."))
        return given
