"""The forms of the reports pages: which report to make, and which file to verify."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField
from caunoi.reports.models import ReportRun
from caunoi.reports.queries import list_templates
from caunoi.reports.word_file import MOST_BYTES
from caunoi.vietnamese_text import clean


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


class IssueForm(forms.Form):
    issue_number = forms.CharField(
        label=gettext_lazy("Số, ký hiệu"),
        max_length=60,
        help_text=gettext_lazy("Ghi cả ký hiệu, ví dụ 12/BC-UBND."),
        error_messages={"required": gettext_lazy("Chưa ghi số, ký hiệu của báo cáo.")},
    )
    on = DayField(label=gettext_lazy("Ngày ban hành"))
    place = forms.CharField(label=gettext_lazy("Nơi ban hành"), max_length=120)
    signer = forms.CharField(
        label=gettext_lazy("Chức vụ người ký"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Để trống nếu mẫu đã in sẵn."),
    )
    replaces = forms.ChoiceField(label=gettext_lazy("Thay thế báo cáo đã ban hành"), required=False)

    def __init__(self, *args: Any, replaceable: Sequence[ReportRun] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaceable:
            del self.fields["replaces"]
            return
        offered = [(str(one.pk), f"{one.issue_number}, {one.issued_on:%d/%m/%Y}: {one.title}") for one in replaceable]
        self.fields["replaces"].choices = [("", _("Không thay thế")), *offered]  # type: ignore[attr-defined]  # a choice

    def clean_issue_number(self) -> str:
        return clean(self.cleaned_data["issue_number"])

    def clean(self) -> dict[str, Any]:
        return {"replaces": "", **(super().clean() or {})}


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


class DraftForm(VerifyForm):
    """`dropping`: figures that are gone from the file are meant to be."""

    dropping = forms.BooleanField(label=gettext_lazy("Đúng là muốn bỏ các số liệu này"), required=False)
