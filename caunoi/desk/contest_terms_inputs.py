"""What an organiser declares for one contest: rows of criteria for each round, the scale, ties, prizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.contests.errors import ContestTermsFixed
from caunoi.contests.models import Contest
from caunoi.contests.queries import count_fixed_rounds, terms_of
from caunoi.contests.rules.declaring import (
    Declared,
    DeclaredCriterion,
    DeclaredPrize,
    DeclaredWhole,
    list_tie_names,
)
from caunoi.contests.rules.terms import RoundTerms, Scale, read_mark
from caunoi.desk.contests import TOTALS, call
from caunoi.desk.target_inputs import typed
from caunoi.desk.typed_numbers import read_count
from caunoi.vietnamese_text import clean, fold

SPARE_ROWS = 3
FEWEST_TIES = 3
SCALE = {
    "lowest": gettext_lazy("Điểm thấp nhất"),
    "highest": gettext_lazy("Điểm tối đa"),
    "step": gettext_lazy("Mỗi nấc điểm"),
}


class MarkField(forms.CharField):
    """A number not below nought, exactly as typed; None for an empty field."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        number = read_mark(text)
        if number is None:
            raise forms.ValidationError(_("Phải là số, ví dụ 12,5."))
        return number


class CountField(forms.CharField):
    """How many; None for an empty field."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        number = read_count(text)
        if number is None:
            raise forms.ValidationError(_("Phải là số nguyên."))
        return number


class TermsForm(forms.Form):
    """`declared` after `is_valid()`. What has a mark already has no field."""

    def __init__(self, data: Mapping[str, Any] | None, contest: Contest) -> None:
        super().__init__(data)
        terms, fixed = terms_of(contest), count_fixed_rounds(contest)
        self._rounds = terms.rounds[fixed:]
        self.has_whole = not fixed
        self.tie_choices = [*list_tie_names(contest.terms), *(str(text) for text in TOTALS.values())]
        for round_ in self._rounds:
            weights = [typed(one.weight) for one in round_.terms.criteria]
            names = [one.name_vi for one in round_.names]
            labels = [_("Tiêu chí"), _("Trọng số")]
            if len(self._rounds) > 1:
                labels = [f"{call(round_.named)}: {label}" for label in labels]
            self._add_rows(_prefix(round_), list(zip(names, weights, strict=True)), *labels)
        if self.has_whole:
            for name, label in SCALE.items():
                self.fields[name] = MarkField(label=label, max_length=12, initial=typed(getattr(terms.scale, name)))
                self.fields[name].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
            by_code = {one.code: one.name_vi for round_ in reversed(terms.rounds) for one in round_.names}
            ties = [str(TOTALS[tie]) if tie in TOTALS else by_code[tie] for tie in terms.rounds[0].terms.ties]
            for order in range(1, max(FEWEST_TIES, len(ties)) + 1):
                initial = ties[order - 1] if order <= len(ties) else ""
                self.fields[f"tie-{order}"] = forms.CharField(
                    label=_("So lần %(order)d") % {"order": order}, max_length=200, required=False, initial=initial,
                    widget=forms.TextInput({"list": "tie-choices", "autocomplete": "off"}),
                )  # fmt: skip
            prizes = [(terms.prize_names[one.code].name_vi, str(one.number)) for one in terms.prizes]
            self._add_rows("prize", prizes, _("Giải"), _("Số giải"), counted=True)

    def _add_rows(
        self, prefix: str, rows: Sequence[tuple[str, str]], name_label: str, amount_label: str, *, counted: bool = False
    ) -> None:
        """A name and an amount each, and some empty ones; as many as were sent, if more."""
        number, kind = len(rows) + SPARE_ROWS, CountField if counted else MarkField
        while f"{prefix}-name-{number + 1}" in self.data:
            number += 1
        for at in range(1, number + 1):
            name, amount = rows[at - 1] if at <= len(rows) else ("", "")
            self.fields[f"{prefix}-name-{at}"] = forms.CharField(
                label=f"{name_label} {at}", max_length=200, required=False, initial=name,
                widget=forms.TextInput({"aria-label": f"{name_label} {at}", "autocomplete": "off"}),
            )  # fmt: skip
            mode = {"inputmode": "numeric" if counted else "decimal", "autocomplete": "off", "class": "amount"}
            self.fields[f"{prefix}-amount-{at}"] = kind(
                label=f"{amount_label} {at}", max_length=12, required=False, initial=amount,
                widget=forms.TextInput(mode | {"aria-label": f"{amount_label} {at}"}),
            )  # fmt: skip

    # -- for the page --

    @property
    def rounds(self) -> list[tuple[str, str, list[tuple[forms.BoundField, forms.BoundField]]]]:
        """Code, name, and the boxes of each row: of those that can be changed."""
        return [(one.named.code, call(one.named), list(self._rows(_prefix(one)))) for one in self._rounds]

    @property
    def prizes(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return list(self._rows("prize"))

    @property
    def scale(self) -> list[forms.BoundField]:
        return [self[name] for name in SCALE]

    @property
    def ties(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("tie-")]

    def _rows(self, prefix: str) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        at = 1
        while f"{prefix}-name-{at}" in self.fields:
            yield self[f"{prefix}-name-{at}"], self[f"{prefix}-amount-{at}"]
            at += 1

    # -- what was typed --

    def clean(self) -> None:
        """Of a row both or neither; nothing that was fixed since the page was opened, or it would be lost unseen."""
        if self.data.keys() - self.fields.keys() - {"csrfmiddlewaretoken"}:
            raise forms.ValidationError(ContestTermsFixed().sentence)
        for prefix in [*map(_prefix, self._rounds), *(["prize"] if self.has_whole else [])]:
            for name, amount in self._rows(prefix):
                given = [self.cleaned_data.get(one.name) for one in (name, amount)]
                if given[0] and given[1] is None and amount.name not in self.errors:
                    self.add_error(amount.name, _("Hãy ghi số, hoặc xóa tên để bỏ dòng này."))
                if given[1] is not None and not given[0]:
                    self.add_error(name.name, _("Hãy ghi tên, hoặc xóa số để bỏ dòng này."))

    def _read_rows(self, prefix: str) -> list[tuple[str, Any]]:
        given = [(self.cleaned_data[name.name], self.cleaned_data[amount.name]) for name, amount in self._rows(prefix)]
        return [(clean(name), amount) for name, amount in given if name]

    @property
    def declared(self) -> Declared:
        rounds = {
            one.named.code: [DeclaredCriterion(name, weight) for name, weight in self._read_rows(_prefix(one))]
            for one in self._rounds
        }
        if not self.has_whole:
            return Declared(rounds)
        scale = Scale(*(Decimal(self.cleaned_data[name]) for name in SCALE))
        words = {fold(str(text)): word for word, text in TOTALS.items()}
        exact = [one.name for rows in rounds.values() for one in rows]
        names = {fold(name): name for name in exact}
        asked = [clean(self.cleaned_data[one.name]) for one in self.ties]
        ties = [
            text if text in exact else words.get(fold(text)) or names.get(fold(text), text) for text in asked if text
        ]
        prizes = [DeclaredPrize(name, number) for name, number in self._read_rows("prize")]
        return Declared(rounds, DeclaredWhole(scale, ties, prizes))


def _prefix(round_: RoundTerms) -> str:
    return f"round-{round_.named.code}"
