"""The small form by which a thing goes on to its next stage: the day, and what the pack asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.accounts.scope import Scope
from caunoi.desk.register_stages import PICTURES, find_named
from caunoi.forms.rules.check import type_problem
from caunoi.forms.rules.questions import FILES, NUMBERS, Question
from caunoi.periods.inputs import DayField
from caunoi.records.actions.files import make_harmless
from caunoi.records.entities.inputs import PREFIX as ENTITY_PREFIX
from caunoi.records.entities.inputs import EntityForm
from caunoi.records.entities.rules.stages import Transition
from caunoi.records.entities.stages import StageForm
from caunoi.records.incoming import IncomingFile
from caunoi.records.models import EntityList

PREFIX = "q-"
MAX_TEXT = 2000
MAX_PHOTO = 20 * 1024 * 1024


class StageInput(forms.Form):
    day = DayField(label=gettext_lazy("Từ ngày"))

    def __init__(
        self,
        form: StageForm,
        transition: Transition,
        refers_to: Mapping[str, str],
        language: str,
        *args: Any,
        scope: Scope,
        today: date,
        **kwargs: Any,
    ) -> None:
        """`refers_to`: property -> register whose thing it names."""
        super().__init__(*args, **kwargs)
        self._scope, self._today = scope, today
        self.refers_to = {form.question_of(name): code for name, code in refers_to.items()}
        asked = [form.questions[name] for name in transition.asks if name in form.questions]
        photos = [one for one in form.questions.values() if one.type == "image" and not one.repeat and one not in asked]
        self.asked: Sequence[Question] = [*asked, *photos]
        for one in self.asked:
            self.fields[PREFIX + one.name] = _field_of(one, language, one in asked, one.name in self.refers_to)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for one in self.asked:
            name = PREFIX + one.name
            value = cleaned.get(name)
            if not value:
                continue
            if one.name in self.refers_to:
                found = find_named(self.refers_to[one.name], str(value), self._scope, self._today)
                if found is None:
                    self.add_error(name, _not_found())
                else:
                    cleaned[name] = str(found.uuid)
            elif one.type in NUMBERS:
                cleaned[name] = str(value).replace(",", ".")
                if (problem := type_problem(one, cleaned[name])) is not None:
                    self.add_error(name, problem)
            elif isinstance(value, UploadedFile):
                self._clean_photo(name, one, value, cleaned)
        return cleaned

    def _clean_photo(self, name: str, question: Question, given: UploadedFile, cleaned: dict[str, Any]) -> None:
        if cast(int, given.size) > MAX_PHOTO:
            self.add_error(name, _("Ảnh lớn quá 20 MB. Hãy chụp lại với cỡ nhỏ hơn."))
            return
        made = make_harmless(f"{question.element}.jpg", given.read(), given.content_type or "", keep_notes=False)
        if made.media_type not in PICTURES:
            self.add_error(name, _("Tệp này không phải là ảnh (JPEG, PNG, WebP) hoặc đã hỏng. Hãy chọn ảnh khác."))
        else:
            ending = made.media_type.partition("/")[2].replace("jpeg", "jpg")
            cleaned[name] = IncomingFile(f"{question.element}.{ending}", made.content, made.media_type)

    @property
    def answers(self) -> dict[str, str]:
        """Question -> answer as forms send it."""
        return {one.name: _text_of(self.cleaned_data.get(PREFIX + one.name)) for one in self.asked}

    @property
    def photos(self) -> list[IncomingFile]:
        return [one for one in self.cleaned_data.values() if isinstance(one, IncomingFile)]


def _not_found() -> str:
    return _("Không tìm thấy đúng một mục có tên hoặc địa chỉ này. Hãy dán địa chỉ trang của mục đó.")


def resolve_references(form: EntityForm, register: EntityList, scope: Scope, today: date) -> bool:
    """What was typed for a thing of a register becomes its identity. False: one is not found, and the field says so."""
    for name, code in register.refers_to.items():
        typed = form.cleaned_data.get(f"{ENTITY_PREFIX}{name}")
        if not typed:
            continue
        found = find_named(code, str(typed), scope, today)
        if found is None:
            form.add_error(f"{ENTITY_PREFIX}{name}", _not_found())
            return False
        form.cleaned_data[f"{ENTITY_PREFIX}{name}"] = str(found.uuid)
    return True


def _field_of(question: Question, language: str, required: bool, refers: bool) -> forms.Field:
    label = question.label(language)
    if question.type in FILES:
        widget = forms.FileInput({"accept": "image/jpeg,image/png,image/webp"})
        return forms.FileField(label=label, required=required, widget=widget)
    if question.type == "date":
        return DayField(label=label, required=required)
    if question.choices:
        choices = [("", "–"), *((one.name, one.label(language)) for one in question.choices)]
        return forms.ChoiceField(label=label, required=required, choices=choices)
    help_text = _("Dán địa chỉ trang của mục đó, hoặc ghi đúng tên.") if refers else ""
    return forms.CharField(label=label, required=required, max_length=MAX_TEXT, help_text=help_text)


def _text_of(value: Any) -> str:
    if isinstance(value, IncomingFile):
        return value.name
    return value.isoformat() if isinstance(value, date) else str(value or "")
