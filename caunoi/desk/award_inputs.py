"""What an officer types about awards: a new dossier, who is in it, the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.accounts.scope import Scope
from caunoi.awards.models import Dossier
from caunoi.awards.queries import list_kinds, list_occasions
from caunoi.awards.rules.recipients import Recipient, RecipientKind, list_names
from caunoi.documents.errors import DocumentFileRefused, DocumentUnknown
from caunoi.documents.models import Document
from caunoi.documents.queries import find_by_reference
from caunoi.documents.uploads import ACCEPTED, PreparedFile, prepare_file
from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField
from caunoi.places.queries import get_place, get_snapshot
from caunoi.records.entities.queries import visible_entities
from caunoi.refusals import Refusal
from caunoi.vietnamese_text import fold

MOST_NAMES = 2_000
RECIPIENTS = [
    (RecipientKind.UNIT.value, gettext_lazy("Đơn vị: thôn, xã…")),
    (RecipientKind.THING.value, gettext_lazy("Tập thể có trong sổ theo dõi: tổ, đội, câu lạc bộ…")),
    (RecipientKind.COLLECTIVE.value, gettext_lazy("Tập thể khác")),
    (RecipientKind.PERSON.value, gettext_lazy("Cá nhân")),
]


class DossierForm(forms.Form):
    unit = forms.ChoiceField(label=gettext_lazy("Đơn vị đề nghị và quyết định"))
    kind = forms.ChoiceField(label=gettext_lazy("Hình thức"))
    occasion = forms.ChoiceField(label=gettext_lazy("Dịp"))
    title = forms.CharField(
        label=gettext_lazy("Thành tích, nội dung"),
        max_length=400,
        help_text=gettext_lazy("Giấy in ra dùng đúng câu này, ví dụ: hoàn thành xuất sắc nhiệm vụ năm 2025."),
    )

    def __init__(self, data: Mapping[str, Any] | None, units: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        for name, choices in (
            ("unit", list(units)),
            ("kind", [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_kinds()]),
            ("occasion", [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_occasions()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class RecipientsForm(forms.Form):
    """One name a line. Units and things of registers are looked up; other names are written as they come."""

    kind = forms.ChoiceField(label=gettext_lazy("Đối tượng được khen"), choices=RECIPIENTS)
    place = forms.CharField(
        label=gettext_lazy("Thuộc đơn vị"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"list": "award-places", "autocomplete": "off"}),
        help_text=gettext_lazy("Thôn, xã của những tên bên dưới; để trống là chính đơn vị lập hồ sơ."),
    )
    names = forms.CharField(
        label=gettext_lazy("Tên, mỗi dòng một tên"), max_length=400_000, widget=forms.Textarea({"rows": 5})
    )
    confirmed = forms.BooleanField(label=gettext_lazy("Đây là những người khác trùng tên"), required=False)

    def __init__(self, data: Mapping[str, Any] | None, dossier: Dossier, scope: Scope) -> None:
        super().__init__(data)
        self._dossier, self._scope = dossier, scope
        self.recipients: list[Recipient] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        names = list_names(cleaned["names"], MOST_NAMES)
        if names is None:
            self.add_error("names", _("Mỗi lần thêm nhiều nhất 2.000 tên. Hãy chia làm nhiều lần."))
            return cleaned
        kind, day = RecipientKind(cleaned["kind"]), self._dossier.day_to
        try:
            place = self._dossier.org_unit_id
            if cleaned["place"]:
                place = get_place(cleaned["place"], day, get_snapshot())
        except Refusal as refused:
            self.add_error("place", refused.sentence)
            return cleaned
        try:
            self.recipients = self._find(kind, place, names, day)
        except Refusal as refused:
            self.add_error("names", refused.sentence)
        return cleaned

    def _find(self, kind: RecipientKind, place: int, names: Sequence[str], day: date) -> list[Recipient]:
        if kind == RecipientKind.UNIT:
            return [self._find_unit(name, place, day) for name in names]
        if kind == RecipientKind.THING:
            return self._find_things(place, names, day)
        return [Recipient(kind, place, name) for name in names]

    def _find_unit(self, name: str, place: int, day: date) -> Recipient:
        """Among the units right under the place first: villages of other communes bear the same name."""
        places = get_snapshot()
        wanted = fold(name)
        near = [one for one in places.children_on(place, day) if fold(places.name_on(one, day)) == wanted]
        unit = near[0] if len(near) == 1 else get_place(name, day, places)
        return Recipient(RecipientKind.UNIT, unit, places.distinct_name_on(unit, day))

    def _find_things(self, place: int, names: Sequence[str], day: date) -> list[Recipient]:
        inside = sorted(get_snapshot().subtree_on(place, day))
        visible = visible_entities(self._scope, day)
        by_label: dict[str, list[Any]] = {}
        for start in range(0, len(inside), 500):
            for thing in visible.filter(org_unit_id__in=inside[start : start + 500]):
                by_label.setdefault(fold(thing.label), []).append(thing)
        found = []
        for name in names:
            several = by_label.get(fold(name), [])
            if len(several) != 1:
                said = _("Các sổ theo dõi có %(count)d mục tên “%(name)s” ở đơn vị này. Hãy chọn đơn vị hẹp hơn.")
                self.add_error("names", said % {"count": len(several), "name": name})
                continue
            found.append(Recipient(RecipientKind.THING, several[0].org_unit_id, several[0].label, several[0].pk))
        return found


class DecisionForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Số quyết định"), max_length=80)
    day = DayField(label=gettext_lazy("Ngày quyết định"))

    def __init__(self, data: Mapping[str, Any] | None, scope: Scope) -> None:
        super().__init__(data)
        self._scope = scope

    def find_document(self) -> Document | None:
        """The decision itself, if the register of documents has it once."""
        try:
            return find_by_reference(self.cleaned_data["number"], self._scope)
        except DocumentUnknown:
            return None


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Tệp của hồ sơ: tờ trình, biên bản, danh sách"),
        widget=forms.ClearableFileInput({"accept": ",".join(ACCEPTED)}),
    )
    prepared: PreparedFile | None = None

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        try:
            self.prepared = prepare_file(given.name, given.read())
        except DocumentFileRefused as refused:
            raise forms.ValidationError(refused.sentence) from refused
        return given
