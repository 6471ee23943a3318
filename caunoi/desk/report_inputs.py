"""The forms of the reports pages: which report to make, and which file to verify."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.documents.rules.drafts import pad_number
from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField
from caunoi.periods.rules import Days, Period, PeriodType, period_of
from caunoi.periods.wording import describe_period
from caunoi.reports.in_use import list_every_body
from caunoi.reports.models import ReportRun
from caunoi.reports.queries import list_templates
from caunoi.reports.rules.parameters import PeriodOf, read_parameters
from caunoi.reports.rules.wording import word_day
from caunoi.reports.word_file import MOST_BYTES
from caunoi.vietnamese_text import clean

OFFERED: dict[PeriodType, int] = {"month": 60, "quarter": 20, "half-year": 10, "year": 8}
"""How far back the list of periods goes; other days are typed."""
TYPES = {
    "month": gettext_lazy("Tháng"),
    "quarter": gettext_lazy("Quý"),
    "half-year": gettext_lazy("6 tháng"),
    "year": gettext_lazy("Năm"),
}
EACH = [
    ("", gettext_lazy("Chỉ đơn vị này")),
    ("province", gettext_lazy("Từng tỉnh bên dưới")),
    ("district", gettext_lazy("Từng huyện bên dưới")),
    ("commune", gettext_lazy("Từng xã bên dưới")),
    ("village", gettext_lazy("Từng thôn bên dưới")),
]


class ReportForm(forms.Form):
    """`days`: of the period chosen, or as typed. A template's periods, with their cut-off, are its own."""

    template = forms.ChoiceField(label=gettext_lazy("Mẫu báo cáo"))
    place = forms.CharField(label=gettext_lazy("Đơn vị (tên hoặc mã)"), max_length=200)
    body = forms.ChoiceField(label=gettext_lazy("Cơ quan báo cáo"), required=False)
    each_below = forms.ChoiceField(label=gettext_lazy("Lập cho"), choices=EACH, required=False)
    period = forms.ChoiceField(label=gettext_lazy("Kỳ báo cáo"), required=False)
    first = DayField(label=gettext_lazy("Từ ngày"), required=False)
    last = DayField(label=gettext_lazy("Đến ngày"), required=False)
    boundaries = DayField(
        label=gettext_lazy("Ranh giới của ngày"),
        required=False,
        help_text=gettext_lazy("Để trống: theo đơn vị hành chính của ngày cuối kỳ."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        templates = list_templates()
        named = [(t.code, in_reader_language(t.title_vi, t.title_en)) for t in templates]
        self.fields["template"].choices = named  # type: ignore[attr-defined]  # a ChoiceField
        if bodies := list_every_body():
            self.fields["body"].choices = offer_bodies(bodies)  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["body"]
        self.kinds = {t.code: read_parameters(t.parameters)[0].period for t in templates}
        self.offered = list_offered(self.kinds.values(), today)
        self.fields["period"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Từ ngày, đến ngày ghi dưới đây")),
            *((_name_kind(kind), [(_spell(p), _name(p)) for p in all_]) for kind, all_ in self.offered.items()),
        ]
        self.days: Days | None = None
        if templates and (offered := self.offered.get(self.kinds[templates[0].code])):
            over = offered[1]
            self.initial.update(period=_spell(over), first=over.days.first, last=over.days.last)

    @property
    def for_script(self) -> dict[str, Any]:
        """The kind of period of each template (blank: none), and of each kind the periods with their days and the last
        one that is over."""
        return {
            "templates": {code: _spell_kind(kind) for code, kind in self.kinds.items()},
            "days": {
                _spell(p): [word_day(p.days.first), word_day(p.days.last)]
                for periods in self.offered.values()
                for p in periods
            },
            "usual": {_spell_kind(kind): _spell(periods[1]) for kind, periods in self.offered.items()},
        }

    def clean(self) -> dict[str, Any]:
        cleaned = {"body": "", **(super().clean() or {})}
        if spelled := cleaned.get("period"):
            self._take_period(spelled, cleaned.get("template", ""))
            return cleaned
        first, last = cleaned.get("first"), cleaned.get("last")
        if isinstance(first, date) and isinstance(last, date):
            if first > last:
                self.add_error("last", _("Ngày cuối kỳ đứng trước ngày đầu kỳ. Hãy đổi chỗ hai ngày."))
            else:
                self.days = Days(first, last)
        elif not self.errors.keys() & {"first", "last"}:
            self.add_error("period", _("Hãy chọn kỳ báo cáo, hoặc ghi từ ngày và đến ngày."))
        return cleaned

    def _take_period(self, spelled: str, template: str) -> None:
        kind = self.kinds.get(template, PeriodOf())
        period = next((p for p in self.offered.get(kind, []) if _spell(p) == spelled), None)
        if period is not None:
            self.days = period.days
        elif kind.type is None:
            self.add_error("period", _("Mẫu này không có kỳ định sẵn. Hãy ghi từ ngày và đến ngày."))
        else:
            self.add_error(
                "period", _("Mẫu này lập theo kỳ khác: %(kind)s. Hãy chọn lại kỳ.") % {"kind": _name_kind(kind)}
            )


def offer_bodies(beside: Sequence[str]) -> list[tuple[str, str]]:
    """The body that usually reports about a unit, and those that do beside it."""
    return [("", _("Cơ quan thường báo cáo về đơn vị")), *((one, one) for one in beside)]


def list_offered(kinds: Iterable[PeriodOf], today: date) -> dict[PeriodOf, list[Period]]:
    """Of each kind of period a template has, the running one and those before it, newest first."""
    offered: dict[PeriodOf, list[Period]] = {}
    for kind in dict.fromkeys(kinds):
        if kind.type is None:
            continue
        period = period_of(today, kind.type, kind.cut_off)
        offered[kind] = [period]
        for _index in range(OFFERED[kind.type]):
            period = period.before()
            offered[kind].append(period)
    return offered


def _spell_kind(kind: PeriodOf) -> str:
    return "" if kind.type is None else f"{kind.type}:{kind.cut_off}"


def _spell(period: Period) -> str:
    return f"{period.type}:{period.cut_off}:{period.key}"


def _name_kind(kind: PeriodOf) -> str:
    assert kind.type is not None, "kinds without periods are not offered"
    if kind.cut_off == 1:
        return str(TYPES[kind.type])
    return _("%(kind)s, từ ngày 15 đến ngày 14") % {"kind": TYPES[kind.type]}


def _name(period: Period) -> str:
    days = period.days
    return f"{describe_period(period)} ({word_day(days.first)} – {word_day(days.last)})"


class SignerForm(forms.Form):
    signer = forms.CharField(
        label=gettext_lazy("Chức vụ người ký"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Để trống nếu mẫu đã in sẵn."),
    )
    signer_name = forms.CharField(
        label=gettext_lazy("Họ và tên người ký"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("In dưới chỗ ký, không ghi học hàm, học vị. Để trống thì chừa một dòng."),
    )

    def clean_signer(self) -> str:
        return clean(self.cleaned_data["signer"])

    def clean_signer_name(self) -> str:
        return clean(self.cleaned_data["signer_name"])


class IssueForm(SignerForm):
    issue_number = forms.CharField(
        label=gettext_lazy("Số, ký hiệu"),
        max_length=60,
        help_text=gettext_lazy("Ghi cả ký hiệu, ví dụ 12/BC-UBND. Số dưới 10 được ghi thêm số 0 ở trước."),
        error_messages={"required": gettext_lazy("Chưa ghi số, ký hiệu của báo cáo.")},
    )
    on = DayField(label=gettext_lazy("Ngày ban hành"))
    place = forms.CharField(label=gettext_lazy("Nơi ban hành"), max_length=120)
    replaces = forms.ChoiceField(label=gettext_lazy("Thay thế báo cáo đã ban hành"), required=False)
    field_order = ("issue_number", "on", "place")

    def __init__(self, *args: Any, replaceable: Sequence[ReportRun] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaceable:
            del self.fields["replaces"]
            return
        offered = [(str(one.pk), f"{one.issue_number}, {one.issued_on:%d/%m/%Y}: {one.title}") for one in replaceable]
        self.fields["replaces"].choices = [("", _("Không thay thế")), *offered]  # type: ignore[attr-defined]  # a choice

    def clean_issue_number(self) -> str:
        return pad_number(clean(self.cleaned_data["issue_number"]))

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
