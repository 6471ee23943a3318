"""What an officer types about a class: the class itself, who learns in it, a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi import moments
from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField
from caunoi.places.inputs import resolve_place
from caunoi.places.queries import get_snapshot
from caunoi.records.models import Entity
from caunoi.records.spreadsheet.cells import Wrong, read_number
from caunoi.training.errors import TrainingInvalid
from caunoi.training.models import TrainingClass, TrainingKind
from caunoi.training.queries import list_kinds, list_lecturers, list_lecturers_offered
from caunoi.training.rules.drafts import LONGEST_TITLE, MOST_LEARNERS, ClassDraft, Person

_PLAIN = {"autocomplete": "off"}


class ClassForm(forms.Form):
    """`draft` after `is_valid()`."""

    kind = forms.ChoiceField(label=gettext_lazy("Loại lớp"))
    title = forms.CharField(
        label=gettext_lazy("Tên lớp"),
        max_length=LONGEST_TITLE,
        help_text=gettext_lazy("Giấy chứng nhận dùng đúng tên này, ví dụ: lớp bồi dưỡng kỹ năng tuyên truyền miệng."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    day_from = DayField(label=gettext_lazy("Khai giảng"))
    day_to = DayField(label=gettext_lazy("Ngày cuối"))
    place = forms.CharField(
        label=gettext_lazy("Nơi học"), max_length=300, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )
    hours = forms.IntegerField(
        label=gettext_lazy("Số tiết giảng dạy"),
        min_value=0,
        max_value=2000,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **_PLAIN}),
    )

    lecturers = forms.MultipleChoiceField(
        label=gettext_lazy("Giảng viên"),
        required=False,
        help_text=gettext_lazy("Chọn trong sổ giảng viên; chọn được nhiều người. Sổ gọi mỗi người bằng loại và số."),
        widget=forms.SelectMultiple({"size": 4}),
    )

    def __init__(
        self, data: Any = None, *args: Any, unit_id: int, found: TrainingClass | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, *args, **kwargs)
        self.draft: ClassDraft | None = None
        kinds = list_kinds(get_snapshot().units[unit_id].level)
        choices = [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in kinds]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        offered = list_choosable_lecturers(kinds, unit_id, found)
        self.fields["lecturers"].choices = offered  # type: ignore[attr-defined]  # a ChoiceField
        if not offered:
            del self.fields["lecturers"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            self.draft = ClassDraft(
                cleaned["kind"], cleaned["title"], cleaned["day_from"], cleaned["day_to"], cleaned["place"],
                cleaned["hours"] or 0, tuple(int(one) for one in cleaned.get("lecturers", ())),
            )  # fmt: skip
        return cleaned


def initial_of(found: TrainingClass) -> dict[str, Any]:
    return {
        "kind": found.kind.code, "title": found.title, "day_from": found.day_from, "day_to": found.day_to,
        "place": found.place, "hours": found.hours,
        "lecturers": [str(pk) for pk in found.lecturers.values_list("lecturer_id", flat=True)],
    }  # fmt: skip


def list_choosable_lecturers(
    kinds: Sequence[TrainingKind], unit_id: int, found: TrainingClass | None
) -> list[tuple[str, str]]:
    """Those offered today to any of the kinds, and who teaches it already."""
    today = moments.today()
    offered = {one.pk: one for kind in kinds for one in list_lecturers_offered(kind, unit_id, today)}
    offered |= {one.pk: one for one in list_lecturers(found)} if found is not None else {}
    return [(str(one.pk), name_lecturer(one, unit_id, today)) for one in offered.values()]


def name_lecturer(one: Entity, unit_id: int, day: date) -> str:
    """As the register calls them, with the unit that keeps them where it is another one."""
    return one.label if one.org_unit_id == unit_id else f"{one.label}, {get_snapshot().name_on(one.org_unit_id, day)}"


class LearnersForm(forms.Form):
    """One name a line, all of one unit; `people` after `is_valid()`."""

    place = forms.CharField(
        label=gettext_lazy("Thuộc đơn vị"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"list": "learner-places", "autocomplete": "off"}),
        help_text=gettext_lazy("Để trống là chính đơn vị mở lớp."),
    )
    names = forms.CharField(
        label=gettext_lazy("Họ và tên, mỗi dòng một người"),
        max_length=400_000,
        help_text=gettext_lazy("Chỉ ghi họ và tên."),
        widget=forms.Textarea({"rows": 5}),
    )
    confirmed = forms.BooleanField(label=gettext_lazy("Đây là những người khác trùng tên"), required=False)

    def __init__(self, data: Mapping[str, Any] | None, found: TrainingClass) -> None:
        super().__init__(data)
        self._class = found
        self.people: list[Person] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        unit, day, places = self._class.org_unit_id, self._class.day_from, get_snapshot()
        if cleaned["place"]:
            wanted = cleaned["place"].strip()
            near = [one for one in places.children_on(unit, day) if places.name_on(one, day) == wanted]
            try:
                unit = near[0] if len(near) == 1 else resolve_place(wanted, day, places)
            except forms.ValidationError as error:
                self.add_error("place", error)
                return cleaned
        names = [line for line in cleaned["names"].splitlines() if line.strip()]
        if len(names) > MOST_LEARNERS:
            self.add_error("names", _("Một lớp có nhiều nhất 2.000 người học. Hãy chia thành nhiều lớp."))
        self.people = [Person(unit, name) for name in names]
        return cleaned


class SessionForm(forms.Form):
    day = DayField(label=gettext_lazy("Ngày học"))
    title = forms.CharField(
        label=gettext_lazy("Tên buổi"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Ví dụ: Sáng, Chiều, hoặc tên chuyên đề."),
        widget=forms.TextInput(attrs=_PLAIN),
    )


def read_mark(text: str) -> Decimal | None:
    """None for an empty field. Raises TrainingInvalid for what is no number."""
    if not text.strip():
        return None
    read = read_number(text[:30], whole=False)
    if isinstance(read, Wrong):
        raise TrainingInvalid(read.message)
    return Decimal(read)


def read_count(text: str) -> int | None:
    """None for an empty field. Raises TrainingInvalid for what is no whole number."""
    text = text.strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 6:
        raise TrainingInvalid(_("“%(text)s” không phải số nguyên từ 0 trở lên. Hãy ghi lại.") % {"text": text[:40]})
    return int(text)
