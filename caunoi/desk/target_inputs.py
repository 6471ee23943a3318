"""What an officer types when breaking a target down. Numbers are read as everywhere else, in Vietnamese spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.facts.rules.question import text_of
from caunoi.periods.inputs import DayField
from caunoi.records.spreadsheet.cells import Wrong, read_number
from caunoi.targets.actions import Decision
from caunoi.targets.attainment import Attained
from caunoi.targets.queries import Breakdown, Ended, Line

MOST_DIGITS = 18
_THREE_DECIMALS = re.compile(r"\d{1,3},\d{3}")


class AmountField(forms.CharField):
    """An amount not below nought, with at most so many decimals; None for an empty field."""

    def __init__(self, decimals: int, **kwargs: Any) -> None:
        self.decimals = decimals
        attrs = {"inputmode": "decimal" if decimals else "numeric", "autocomplete": "off", "class": "amount"}
        super().__init__(max_length=30, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        if self.decimals and _THREE_DECIMALS.fullmatch(text):
            text += "0"  # as this page writes 1.708 itself: never a thousand
        read = read_number(text, whole=not self.decimals)
        if isinstance(read, Wrong):
            raise forms.ValidationError(read.message)
        amount = Decimal(read)
        if amount < 0:
            raise forms.ValidationError(_("Chỉ tiêu không âm."))
        # Before rounding, which has no more digits than the house reckons with.
        if len(amount.as_tuple().digits) > MOST_DIGITS:
            raise forms.ValidationError(_("Nhiều nhất %d chữ số.") % MOST_DIGITS)
        if amount != round(amount, self.decimals):
            raise forms.ValidationError(_("Nhiều nhất %d chữ số thập phân.") % self.decimals)
        return amount


def typed(value: Decimal | None) -> str:
    """A number as it stands in a field: nothing grouped, so that it is read again as it was meant."""
    return (text_of(value) or "").replace(".", ",")


@dataclass(frozen=True)
class PartRow:
    line: Line
    field: forms.BoundField
    before: Decimal | None
    attained: Attained | None


class BreakdownForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Số quyết định giao"), max_length=120)
    day = DayField(label=gettext_lazy("Ngày quyết định"))
    note = forms.CharField(label=gettext_lazy("Ghi chú"), max_length=500, required=False)

    def __init__(self, breakdown: Breakdown, data: Mapping[str, Any] | None, suggested: Mapping[int, Decimal]) -> None:
        super().__init__(data)
        decimals, newest = breakdown.target.element.decimals, breakdown.newest
        self.breakdown = breakdown
        whole = newest.whole if newest else breakdown.whole
        label = _("Chỉ tiêu chung") if breakdown.target.adds_up else _("Chỉ tiêu của %s") % breakdown.place_name
        self.fields["whole"] = AmountField(decimals, label=label, initial=typed(whole))
        for line in breakdown.lines:
            value = suggested.get(line.unit, line.value)
            self.fields[f"part-{line.unit}"] = AmountField(
                decimals, label=line.name, required=False, initial=typed(value)
            )
        self.order_fields(["whole"])

    @property
    def parts(self) -> dict[int, Decimal | None]:
        return {line.unit: self.cleaned_data[f"part-{line.unit}"] for line in self.breakdown.lines}

    @property
    def decision(self) -> Decision:
        return Decision(self.cleaned_data["number"], self.cleaned_data["day"], self.cleaned_data["note"])

    def rows(self, before: Mapping[str, Decimal], attained: Mapping[str, Attained]) -> list[PartRow]:
        """`before`, `attained`: by unit's key, the result of the period before and what was reached in this one."""
        return [
            PartRow(line, self[f"part-{line.unit}"], before.get(line.key), attained.get(line.key))
            for line in self.breakdown.lines
        ]


class EndedForm(forms.Form):
    """What becomes of the target of one unit that ended."""

    reason = forms.CharField(label=gettext_lazy("Căn cứ, lý do"), max_length=300)

    def __init__(self, breakdown: Breakdown, ended: Ended, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix=f"ended-{ended.submission_id}")
        self.ended = ended
        for heir in ended.heirs:
            self.fields[f"to-{heir.unit}"] = AmountField(
                breakdown.target.element.decimals, label=heir.name, required=False, initial=typed(heir.suggested)
            )

    @property
    def shares(self) -> dict[int, Decimal]:
        given = {heir.unit: self.cleaned_data[f"to-{heir.unit}"] for heir in self.ended.heirs}
        return {unit: value for unit, value in given.items() if value is not None}
