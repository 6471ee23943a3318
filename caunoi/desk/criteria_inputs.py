"""What is typed on the pages of sets of criteria: a day, a statement with its evidence, a unit's group."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.assessments.models import CriteriaSet
from caunoi.assessments.queries import list_groups, list_parts_on
from caunoi.assessments.rules.criteria import SetCriterion, read_criteria
from caunoi.desk.document_inputs import FilesField, FilesInput
from caunoi.desk.target_inputs import AmountField
from caunoi.documents.uploads import ACCEPTED
from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField


def name_criterion(one: SetCriterion) -> str:
    return in_reader_language(one.name_vi, one.name_en)


class DayForm(forms.Form):
    day = DayField(label=gettext_lazy("Tính đến ngày"), required=False)


class StatementForm(forms.Form):
    """`measured`: something of the day is judged by a threshold, so that a value may be given instead of a result."""

    criterion = forms.ChoiceField(label=gettext_lazy("Tiêu chí, chỉ tiêu"))
    met = forms.ChoiceField(label=gettext_lazy("Kết quả"), required=False)
    value = AmountField(
        6,
        label=gettext_lazy("Giá trị đo được"),
        required=False,
        help_text=gettext_lazy(
            "Chỉ tiêu có ngưỡng: ghi giá trị, để trống kết quả; đạt hay chưa do ngưỡng của nhóm xã."
        ),
    )
    day = DayField(label=gettext_lazy("Từ ngày"))
    evidence = forms.CharField(
        label=gettext_lazy("Minh chứng"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    uploads = FilesField(
        label=gettext_lazy("Tệp minh chứng (ảnh, PDF, Word, Excel)"),
        required=False,
        widget=FilesInput(attrs={"accept": ",".join(ACCEPTED)}),
    )

    def __init__(self, *args: Any, set_: CriteriaSet, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = list_parts_on(set_, day)
        choices: list[Any] = []
        for one in read_criteria(set_.criteria):
            name = in_reader_language(one.name_vi, one.name_en)
            own = [(part.rule.code, name_criterion(part.rule)) for part in parts.get(one.code, [])]
            choices.append((name, own) if own else (one.code, name))
        self.fields["criterion"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        results = [("yes", _("Đạt")), ("no", _("Chưa đạt"))]
        if any(part.rule.is_measured for several in parts.values() for part in several):
            results.insert(0, ("", _("theo giá trị đo được")))
        else:
            del self.fields["value"]
        self.fields["met"].choices = results  # type: ignore[attr-defined]  # a ChoiceField


class GroupForm(forms.Form):
    group = forms.ChoiceField(label=gettext_lazy("Nhóm xã"))
    from_day = DayField(label=gettext_lazy("Từ ngày"))

    def __init__(self, *args: Any, set_: CriteriaSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_groups(set_)
        ]
