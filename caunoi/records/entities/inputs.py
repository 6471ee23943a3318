"""The form by which an officer enters or edits a thing: a field for each property, as the forms ask it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from caunoi.forms.rules.check import type_problem
from caunoi.forms.rules.questions import NUMBERS
from caunoi.periods.inputs import DayField
from caunoi.records.entities.queries import Property

PREFIX = "p-"
MAX_TEXT = 2000


class EntityForm(forms.Form):
    label = forms.CharField(label=gettext_lazy("Tên"), max_length=400)
    from_day = DayField(
        label=gettext_lazy("Áp dụng từ ngày"),
        help_text=gettext_lazy("Ngày mà những điều ghi ở đây bắt đầu đúng, ví dụ ngày thành lập hay ngày ngừng."),
    )

    def __init__(
        self, properties: Sequence[Property], language: str, *args: Any, names_itself: bool = False, **kwargs: Any
    ) -> None:
        """`names_itself`: the register makes its things' names; nobody types them."""
        super().__init__(*args, **kwargs)
        if names_itself:
            del self.fields["label"]
        self.properties = list(properties)
        for one in self.properties:
            self.fields[PREFIX + one.name] = _field_of(one, language)
        self.order_fields(["label", *(PREFIX + one.name for one in self.properties), "from_day"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for one in self.properties:
            name = PREFIX + one.name
            value = cleaned.get(name)
            if one.question is not None and one.question.type in NUMBERS and value:
                cleaned[name] = str(value).replace(",", ".")
                if (problem := type_problem(one.question, cleaned[name])) is not None:
                    self.add_error(name, problem)
        return cleaned

    @property
    def values(self) -> dict[str, str]:
        """Name -> text as forms send it."""
        return {one.name: _text_of(self.cleaned_data.get(PREFIX + one.name)) for one in self.properties}


def initial_of(properties: Sequence[Property], label: str, values: Mapping[str, str]) -> dict[str, Any]:
    """What stands in the fields at first."""
    found: dict[str, Any] = {"label": label}
    for one in properties:
        value = values.get(one.name, "")
        found[PREFIX + one.name] = value.split() if _chooses_many(one) else _as_day(value) if _is_day(one) else value
    return found


def _field_of(one: Property, language: str) -> forms.Field:
    label = one.label(language)
    question = one.question
    if question is not None and question.choices and question.type in ("select_one", "select_multiple"):
        choices = [(choice.name, choice.label(language)) for choice in question.choices]
        if _chooses_many(one):
            widget = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=widget)
        return forms.ChoiceField(label=label, required=False, choices=[("", "–"), *choices])
    if _is_day(one):
        return DayField(label=label, required=False)
    if question is not None and question.type in NUMBERS:
        return forms.CharField(
            label=label, required=False, max_length=40, widget=forms.TextInput({"inputmode": "decimal"})
        )
    return forms.CharField(label=label, required=False, max_length=MAX_TEXT)


def _chooses_many(one: Property) -> bool:
    return one.question is not None and one.question.type == "select_multiple"


def _is_day(one: Property) -> bool:
    return one.question is not None and one.question.type == "date"


def _as_day(value: str) -> date | str:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value


def _text_of(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")
