from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.periods.rules import BEGINNING, END


class DayField(forms.DateField):
    """A day typed as dd/mm/yyyy: browsers show their own date fields in the computer's order of day and month."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"],
            widget=forms.DateInput(
                format="%d/%m/%Y", attrs={"placeholder": "dd/mm/yyyy", "inputmode": "numeric", "autocomplete": "off"}
            ),
            error_messages={"invalid": gettext_lazy("Không phải là ngày có thật. Ghi theo dạng 31/12/2025.")},
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if isinstance(day, date) and not BEGINNING < day < END:
            raise forms.ValidationError(_("Ngày phải từ 02/01/1900 đến 31/12/2199."))
        return day
