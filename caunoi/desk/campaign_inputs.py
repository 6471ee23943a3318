"""The forms by which an officer declares campaign days and puts them right."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from caunoi.accounts.models import User
from caunoi.boards.campaigns import list_open_forms
from caunoi.boards.permissions import MAY_DECLARE
from caunoi.desk.units import list_working_units
from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField


class DaysForm(forms.Form):
    """What of a campaign may be put right afterwards."""

    name = forms.CharField(
        label=gettext_lazy("Tên đợt"),
        max_length=160,
        error_messages={"required": gettext_lazy("Hãy đặt một tên để sau này nhận ra.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    first = DayField(label=gettext_lazy("Từ ngày"))
    last = DayField(
        label=gettext_lazy("Đến ngày"), required=False, help_text=gettext_lazy("Để trống nếu chỉ một ngày.")
    )


class CampaignForm(DaysForm):
    form = forms.ChoiceField(label=gettext_lazy("Biểu mẫu các đơn vị gửi"))
    unit = forms.ChoiceField(label=gettext_lazy("Nơi tổ chức"))
    field_order = ("name", "form", "unit", "first", "last")

    def __init__(self, user: User, on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.forms = {one.code: one for one in list_open_forms(on)}
        named = [(code, in_reader_language(one.title_vi, one.title_en)) for code, one in self.forms.items()]
        units = [(str(one.id), one.path) for one in list_working_units(user, MAY_DECLARE, on)]
        self.fields["form"].choices = named  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["unit"].choices = units  # type: ignore[attr-defined]  # a ChoiceField
        self.may_declare = bool(units)
