"""The question form of the figures page: what was typed, read into a question."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.facts.models import DataElement, Indicator
from caunoi.facts.questions import make_question
from caunoi.facts.rules.question import Question
from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField
from caunoi.places.models import Level
from caunoi.vietnamese_text import sort_key


class QuestionForm(forms.Form):
    codes = forms.MultipleChoiceField(
        label=gettext_lazy("Chỉ tiêu"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Hãy chọn ít nhất một chỉ tiêu.")},
    )
    place = forms.CharField(label=gettext_lazy("Đơn vị (tên hoặc mã)"), max_length=200)
    first = DayField(label=gettext_lazy("Từ ngày"))
    last = DayField(label=gettext_lazy("Đến ngày"))
    level = forms.ChoiceField(label=gettext_lazy("Chi tiết theo cấp"), required=False)
    by = forms.ChoiceField(
        label=gettext_lazy("Theo kỳ"),
        required=False,
        choices=[
            ("", gettext_lazy("cả kỳ")),
            ("month", gettext_lazy("tháng")),
            ("quarter", gettext_lazy("quý")),
            ("half-year", gettext_lazy("6 tháng")),
            ("year", gettext_lazy("năm")),
        ],
    )
    boundaries = DayField(label=gettext_lazy("Ranh giới của ngày"), required=False)
    compare = DayField(label=gettext_lazy("So với ranh giới của ngày"), required=False)
    book = forms.ChoiceField(
        label=gettext_lazy("Sổ"),
        required=False,
        choices=[("approved", gettext_lazy("đã duyệt")), ("reported", gettext_lazy("đã báo cáo"))],
    )
    cut_off = forms.ChoiceField(
        label=gettext_lazy("Lịch tháng"),
        required=False,
        choices=[
            ("", gettext_lazy("theo từng biểu mẫu")),
            ("1", gettext_lazy("tháng dương lịch")),
            ("15", gettext_lazy("từ ngày 15 đến ngày 14")),
        ],
    )
    as_known = DayField(label=gettext_lazy("Như đã biết ngày"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: list[DataElement | Indicator] = [*DataElement.objects.all(), *Indicator.objects.all()]
        named = [(one.code, in_reader_language(one.name_vi, one.name_en), one.unit) for one in known]
        self.fields["codes"].choices = [  # type: ignore[attr-defined]  # a MultipleChoiceField
            (code, f"{name} ({unit})" if unit else name)
            for code, name, unit in sorted(named, key=lambda one: sort_key(one[1]))
        ]
        self.fields["level"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("chính đơn vị này")),
            *[(value, label) for value, label in Level.choices if value != Level.COUNTRY],
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if isinstance(first, date) and isinstance(last, date) and first > last:
            self.add_error("last", _("Ngày cuối kỳ đứng trước ngày đầu kỳ. Hãy đổi chỗ hai ngày."))
        return cleaned

    def question(self) -> Question:
        """Raises Refusals (unknown or ambiguous place, a day out of range)."""
        typed = self.cleaned_data
        return make_question(
            typed["codes"],
            typed["place"],
            typed["first"],
            typed["last"],
            level=typed["level"] or None,
            by=typed["by"] or None,
            boundaries=typed["boundaries"],
            as_known=typed["as_known"],
            book=typed["book"] or "approved",
            cut_off={"1": 1, "15": 15}.get(typed["cut_off"]),  # type: ignore[arg-type]  # literals of the dict
        )


def read_days(given: QueryDict, day: date) -> tuple[date, date]:
    """The asked days, or the six months before today; what cannot be read counts as not given."""
    form = QuestionForm({**given.dict(), "codes": []})
    form.is_valid()
    first = form.cleaned_data.get("first") or date(
        day.year if day.month > 6 else day.year - 1, (day.month - 7) % 12 + 1, 1
    )
    last = form.cleaned_data.get("last") or day
    return (first, last) if first <= last else (last, first)
