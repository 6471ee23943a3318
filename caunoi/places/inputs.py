"""What a person enters about places: read into values; how a unit is named, and a share written."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.periods.inputs import DayField
from caunoi.places.models import Level
from caunoi.places.queries import describe_unit, get_place
from caunoi.places.rules.preview import NewPlace, Share, SuccessionDraft, equal_parts
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot
from caunoi.places.rules.successions import parts_of
from caunoi.refusals import Refusal

KIND_LABELS = {
    "merge": gettext_lazy("Sáp nhập"),
    "split": gettext_lazy("Chia tách"),
    "rename": gettext_lazy("Đổi tên"),
    "transfer": gettext_lazy("Chuyển đơn vị cấp trên"),
}
STEP_LABELS = {**KIND_LABELS, "abolish": gettext_lazy("Kết thúc cấp")}
BASES = (
    gettext_lazy("dân số"),
    gettext_lazy("số hộ"),
    gettext_lazy("số thôn"),
    gettext_lazy("diện tích"),
    gettext_lazy("chia đều vì chưa rõ"),
)
MOST_ROWS = 30


class PlaceField(forms.CharField):
    """A unit by name, code or key; found among the units of a day by the form it stands in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=200,
            widget=forms.TextInput(attrs={"list": "unit-options", "autocomplete": "off", "class": "unit-input"}),
            **kwargs,
        )


class ShareField(forms.CharField):
    """`0,75`, `0.75` or `75%`, between 0 and 1; gives parts of `ONE`, None if blank."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 10})
        super().__init__(required=False, max_length=20, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).replace(" ", "").replace(",", ".")
        if not text:
            return None
        try:
            share = Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)
            parts = parts_of(share)
        except InvalidOperation:
            parts = None
        if parts is None:
            raise forms.ValidationError(_("Ghi một số từ 0 đến 1 (ví dụ 0,75) hoặc phần trăm (75%)."))
        return parts


def resolve_place(text: str, day: date, places: PlaceSnapshot) -> int:
    """Raises forms.ValidationError with the refusal's sentence: unknown, ambiguous, not on that day."""
    try:
        return get_place(text, day, places)
    except Refusal as refusal:
        raise forms.ValidationError(refusal.sentence) from refusal


class SuccessionForm(forms.Form):
    """One succession of a kind. Rows: the old units of a merger or transfer, the new units of a split.

    `draft` after `is_valid()`: the succession. Children of a divided unit get a field each as soon as it is known.
    """

    day = DayField(label=gettext_lazy("Có hiệu lực từ ngày"))
    note = forms.CharField(
        label=gettext_lazy("Văn bản, ghi chú"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Ví dụ: số và ngày của nghị quyết."),
    )

    def __init__(self, kind: str, rows: int, places: PlaceSnapshot, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.places = kind, places
        self.rows = max(1, min(rows, MOST_ROWS))
        self.draft: SuccessionDraft | None = None
        many_olds = kind in ("merge", "transfer", "abolish")
        if not many_olds:
            self.fields["old"] = PlaceField(label=_("Đơn vị cũ") if kind == "split" else _("Đơn vị"))
        for row in range(self.rows):
            if many_olds:
                self.fields[f"old-{row}"] = PlaceField(
                    label=_("Đơn vị thứ %d") % (row + 1), required=row == 0 and kind != "abolish"
                )
            if kind == "split":
                self.fields[f"name-{row}"] = _text(_("Tên đơn vị mới thứ %d") % (row + 1), required=row == 0)
                self.fields[f"code-{row}"] = _text(_("Mã đơn vị mới thứ %d") % (row + 1), 40, required=False)
            if kind in ("merge", "split"):
                self.fields[f"share-{row}"] = ShareField(
                    label=_("Phần của đơn vị thứ %d trong đơn vị mới") % (row + 1)
                    if kind == "merge"
                    else _("Phần của đơn vị cũ vào đơn vị mới thứ %d") % (row + 1)
                )
        if kind in ("merge", "rename"):
            self.fields["name"] = _text(_("Tên đơn vị mới") if kind == "merge" else _("Tên mới"))
            self.fields["code"] = _text(_("Mã mới"), 40, required=False)
        if kind == "abolish":
            levels = [(level, label) for level, label in Level.choices if level not in (Level.COUNTRY, Level.VILLAGE)]
            self.fields["level"] = forms.ChoiceField(
                label=_("Hoặc mọi đơn vị cấp"), required=False, choices=[("", _("không chọn")), *levels]
            )
            self.fields["under"] = PlaceField(label=_("của đơn vị"), required=False)
        elif kind != "rename":
            self.fields["parent"] = PlaceField(
                label=_("Đơn vị cấp trên mới") if kind == "transfer" else _("Thuộc đơn vị"), required=kind == "transfer"
            )
        if kind in ("merge", "split"):
            self.fields["basis"] = forms.CharField(
                label=_("Căn cứ của các phần"),
                required=False,
                max_length=60,
                widget=forms.TextInput(attrs={"list": "basis-options", "autocomplete": "off"}),
                help_text=_("Để trống mọi phần thì chia đều. Phần khác 1 phải có căn cứ."),
            )
        self.children: list[tuple[str, str]] = []
        if kind == "split":
            self._add_children()

    def _add_children(self) -> None:
        """A choice per village of the divided unit: which new unit it goes to."""
        try:
            day = self.fields["day"].clean(self.data.get("day", ""))
            old = resolve_place(str(self.data.get("old", "")), day - timedelta(days=1), self.places)
        except forms.ValidationError:
            return
        names = [str(self.data.get(f"name-{row}", "")).strip() for row in range(self.rows)]
        choices = [("", _("chưa chọn")), *[(str(row), name) for row, name in enumerate(names) if name]]
        for child in self.places.children_on(old, day):
            key = self.places.units[child].key
            # Merged communes have a "Thôn 1" each: which one goes where must be told apart.
            name = self.places.distinct_name_on(child, day)
            self.children.append((f"move:{key}", name))
            self.fields[f"move:{key}"] = forms.ChoiceField(label=name, choices=choices, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day = cleaned.get("day")
        if not isinstance(day, date) or self.errors:
            return cleaned
        before = day - timedelta(days=1)
        olds = self._read_olds(cleaned, before)
        parent = self._read_parent(cleaned, day, olds)
        if self.errors:
            return cleaned
        keys = tuple(self.places.units[old].key for old in olds)
        if self.kind == "abolish":
            self.draft = SuccessionDraft(self.kind, day, keys, (), note=cleaned["note"])
        elif self.kind in ("rename", "transfer"):
            news: tuple[NewPlace, ...] = (NewPlace(cleaned.get("name", ""), cleaned.get("code", ""), parent),)
            self.draft = SuccessionDraft(self.kind, day, keys, news, note=cleaned["note"])
        elif self.kind == "merge":
            news = (NewPlace(cleaned["name"], cleaned["code"], parent),)
            rows = [row for row in range(self.rows) if cleaned.get(f"old-{row}")]
            parts = self._read_parts([cleaned.get(f"share-{row}") for row in rows])
            shares = tuple(Share(i, 0, ONE, part, cleaned["basis"]) for i, part in enumerate(parts))
            self.draft = SuccessionDraft(self.kind, day, keys, news, shares, note=cleaned["note"])
        else:
            rows = [row for row in range(self.rows) if cleaned.get(f"name-{row}")]
            news = tuple(NewPlace(cleaned[f"name-{row}"], cleaned[f"code-{row}"], parent) for row in rows)
            parts = self._read_parts([cleaned.get(f"share-{row}") for row in rows])
            shares = tuple(Share(0, i, part, ONE, cleaned["basis"]) for i, part in enumerate(parts))
            moves = {
                name.removeprefix("move:"): rows.index(int(cleaned[name]))
                for name, _label in self.children
                if cleaned.get(name) and int(cleaned[name]) in rows
            }
            self.draft = SuccessionDraft(self.kind, day, keys, news, shares, moves, cleaned["note"])
        return cleaned

    def _read_olds(self, cleaned: dict[str, Any], day: date) -> list[int]:
        names = [name for name in self.fields if name == "old" or name.startswith("old-")]
        found: list[int] = []
        for name in names:
            if not cleaned.get(name):
                continue
            try:
                unit = resolve_place(cleaned[name], day, self.places)
            except forms.ValidationError as error:
                self.add_error(name, error)
                continue
            if unit in found:
                self.add_error(name, _("Đơn vị này đã ghi ở dòng trên."))
            found.append(unit)
        if self.kind == "abolish":
            found += [unit for unit in self._read_level(cleaned, day) if unit not in found]
        if self.kind == "merge" and len(found) < 2 and not self.errors:
            self.add_error("old-0", _("Sáp nhập cần ít nhất hai đơn vị cũ."))
        return found

    def _read_level(self, cleaned: dict[str, Any], day: date) -> list[int]:
        """All units of a level under one."""
        if not cleaned.get("level") and not cleaned.get("under"):
            if not cleaned.get("old-0"):
                self.add_error("old-0", _("Hãy ghi ít nhất một đơn vị, hoặc chọn một cấp và đơn vị phía trên."))
            return []
        for name in ("level", "under"):
            if not cleaned.get(name):
                self.add_error(name, _("Hãy ghi cả cấp và đơn vị phía trên."))
                return []
        try:
            return self.places.at_level(resolve_place(cleaned["under"], day, self.places), cleaned["level"], day)
        except forms.ValidationError as error:
            self.add_error("under", error)
            return []

    def _read_parent(self, cleaned: dict[str, Any], day: date, olds: list[int]) -> str:
        """The new units' parent; left blank, the one all old units had."""
        if "parent" not in self.fields or not olds:
            return ""
        if cleaned.get("parent"):
            try:
                return self.places.units[resolve_place(cleaned["parent"], day, self.places)].key
            except forms.ValidationError as error:
                self.add_error("parent", error)
                return ""
        parents = {self.places.parent_on(old, day - timedelta(days=1)) for old in olds}
        only = parents.pop()
        if parents:
            self.add_error("parent", _("Các đơn vị cũ thuộc nhiều đơn vị cấp trên; hãy ghi đơn vị mới thuộc đâu."))
        if only is None:
            return ""
        # In a reorganisation the parent may be among what ends that day.
        standing = [mapped.unit for mapped in self.places.map_unit(only, day)]
        if len(standing) > 1:
            self.add_error("parent", _("Đơn vị cấp trên cũ được chia ra; hãy ghi đơn vị mới thuộc đâu."))
        return self.places.units[standing[0]].key

    def _read_parts(self, given: list[int | None]) -> list[int]:
        """All blank: equal parts. One blank: the rest to one. What does not add up is said by the preview."""
        if all(part is None for part in given):
            return equal_parts(len(given))
        rest = ONE - sum(part for part in given if part is not None)
        if given.count(None) == 1 and rest >= 0:
            return [rest if part is None else part for part in given]
        return [part or 0 for part in given]


def _text(label: str, longest: int = 120, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def describe_typed(unit: int, day: date, places: PlaceSnapshot) -> str:
    """What a form shows for a chosen unit so that it is found again: its code, or its full path."""
    return places.code_on(unit, day) or describe_unit(unit, places, day)


class ReorganisationForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Tên"),
        max_length=200,
        help_text=gettext_lazy("Để nhận ra về sau, ví dụ: Sắp xếp xã đợt 2."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    day = DayField(label=gettext_lazy("Có hiệu lực từ ngày"))
    note = forms.CharField(
        label=gettext_lazy("Văn bản, ghi chú"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Ví dụ: số và ngày của nghị quyết."),
    )
