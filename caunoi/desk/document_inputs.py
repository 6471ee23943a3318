"""The form by which an officer enters or corrects a document, and the one that says something is done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.accounts.scope import Scope
from caunoi.documents.errors import DocumentFileRefused, DocumentUnknown
from caunoi.documents.models import Direction, Document
from caunoi.documents.queries import find_by_reference, get_document, list_kinds
from caunoi.documents.rules.drafts import INCOMING, LONGEST_TITLE, DeadlineDraft, DocumentDraft
from caunoi.documents.rules.spans import read_span, write_span
from caunoi.documents.uploads import ACCEPTED, LARGEST_FILE, PreparedFile, prepare_file
from caunoi.documents.waiting import find_waiting, keep_waiting
from caunoi.languages import in_reader_language
from caunoi.moments import now
from caunoi.periods.inputs import DayField
from caunoi.periods.rules import Days
from caunoi.places.inputs import describe_typed, resolve_place
from caunoi.places.models import Level
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot

BLANK_ROWS = 2
MOST_FILES = 10
MOST_ADDRESSED = 5_000
_WAITING = re.compile(r"([0-9a-f]{64}):(.+)")


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleaned by the form, which names each mistake by file."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [file for file in (data if isinstance(data, list | tuple) else [data]) if file]


@dataclass(frozen=True)
class WaitingFile:
    """A file that came with an earlier sending of the same page; `value` finds it again."""

    value: str
    name: str


@dataclass(frozen=True)
class DeadlineRow:
    what: forms.BoundField
    due_on: forms.BoundField
    wants: forms.BoundField


class DocumentForm(forms.Form):
    """`draft` and `prepared` after `is_valid()`. A body that is the name of a unit is that unit."""

    reference = forms.CharField(
        label=gettext_lazy("Số và ký hiệu"),
        max_length=80,
        help_text=gettext_lazy("Ghi như trên văn bản, ví dụ 123/KH-UBND hoặc 05-NQ/TU."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Loại văn bản"), required=False)
    issued_on = DayField(label=gettext_lazy("Ngày văn bản"))
    received_on = DayField(label=gettext_lazy("Ngày đến"))
    issuing_body = forms.CharField(
        label=gettext_lazy("Cơ quan ban hành"),
        max_length=200,
        help_text=gettext_lazy("Ghi tên đơn vị như trong danh mục thì văn bản được nối với đơn vị đó."),
        widget=forms.TextInput(attrs={"list": "bodies", "autocomplete": "off"}),
    )
    title = forms.CharField(
        label=gettext_lazy("Trích yếu"), max_length=LONGEST_TITLE, widget=forms.Textarea(attrs={"rows": 3})
    )
    plans = forms.CharField(
        label=gettext_lazy("Lập kế hoạch cho thời gian"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Ví dụ: 2026; 2026-2030; 08/2026; quý 3/2026. Để trống nếu không phải kế hoạch."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    implements = forms.CharField(
        label=gettext_lazy("Thực hiện văn bản"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Chọn trong danh sách, hoặc ghi đúng số và ký hiệu của văn bản đã có trong sổ."),
        widget=forms.TextInput(attrs={"list": "implementable", "autocomplete": "off"}),
    )
    uploads = FilesField(
        label=gettext_lazy("Tệp"),
        required=False,
        help_text=gettext_lazy("PDF, Word .docx, Excel .xlsx, ảnh chụp, .txt; mỗi tệp không quá 40 MB."),
        widget=FilesInput(attrs={"accept": ",".join(ACCEPTED)}),
    )
    addressed_level = forms.ChoiceField(label=gettext_lazy("Gửi mọi đơn vị cấp"), required=False)
    addressed_units = forms.CharField(
        label=gettext_lazy("Gửi các đơn vị"),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("Mỗi dòng một đơn vị trực thuộc, theo tên hoặc mã."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    because = forms.CharField(label=gettext_lazy("Lý do sửa"), max_length=500)

    def __init__(
        self,
        data: Any = None,
        *args: Any,
        unit_id: int,
        direction: str,
        scope: Scope,
        correcting: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, *args, **kwargs)
        self.unit_id, self.direction, self.scope = unit_id, direction, scope
        self.draft: DocumentDraft | None = None
        self.prepared: list[PreparedFile] = []
        self.waiting: list[WaitingFile] = []
        kinds = [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_kinds()]
        self.fields["kind"].choices = [("", _("không ghi")), *kinds]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["addressed_level"].choices = [("", _("không")), *self._list_levels()]  # type: ignore[attr-defined]
        if direction == INCOMING:
            # What comes in asks something of the office itself, or of units it hands it on to.
            self.fields["addressed_units"].help_text = _(
                "Mỗi dòng một đơn vị trực thuộc. Để trống nếu việc là của chính đơn vị giữ sổ."
            )
        else:
            del self.fields["issuing_body"], self.fields["received_on"]
        if not correcting:
            del self.fields["because"]
        rows = len(self.initial.get("deadlines", ())) + BLANK_ROWS
        if data is not None:
            rows = max([rows, *(int(name[5:]) + 1 for name in data if re.fullmatch(r"what-\d{1,2}", name, re.ASCII))])
        self.row_count = min(rows, 20)
        for row in range(self.row_count):
            self._add_row(row)

    def _list_levels(self) -> list[tuple[str, str]]:
        """Levels below the keeper's own."""
        order = [level for level, _label in Level.choices]
        own = order.index(get_snapshot().units[self.unit_id].level)
        return [(level, str(label)) for level, label in Level.choices[own + 1 :]]

    def _add_row(self, row: int) -> None:
        given = list(self.initial.get("deadlines", ()))
        first = given[row] if row < len(given) else None
        self.fields[f"what-{row}"] = forms.CharField(
            label=_("Việc phải làm"), required=False, max_length=500, initial=first.what if first else ""
        )
        self.fields[f"due-{row}"] = DayField(label=_("Hạn"), required=False, initial=first.due_on if first else None)
        self.fields[f"wants-{row}"] = forms.BooleanField(
            label=_("Phải có văn bản thực hiện"), required=False, initial=first.wants_document if first else False
        )

    @property
    def rows(self) -> list[DeadlineRow]:
        return [DeadlineRow(self[f"what-{n}"], self[f"due-{n}"], self[f"wants-{n}"]) for n in range(self.row_count)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._read_files(cleaned)
        issued_on = cleaned.get("issued_on")
        if not isinstance(issued_on, date):
            return cleaned
        day_to = cleaned.get("received_on") or issued_on
        places = get_snapshot()
        plans = self._read_plans(cleaned)
        implements = self._read_implements(cleaned)
        deadlines = self._read_deadlines(cleaned)
        addressed = self._read_addressed(cleaned, day_to, places)
        if self.direction == INCOMING and deadlines and not addressed:
            addressed = [self.unit_id]
        if self.errors:
            return cleaned
        body = cleaned.get("issuing_body", "")
        self.draft = DocumentDraft(
            direction=self.direction,
            reference=cleaned["reference"],
            title=cleaned["title"],
            issued_on=issued_on,
            kind=cleaned["kind"],
            issuing_unit=_find_unit(body, issued_on, places),
            issuing_body=body,
            received_on=cleaned.get("received_on"),
            plans=plans,
            implements=implements,
            addressed_to=tuple(addressed),
            deadlines=tuple(deadlines),
        )
        return cleaned

    def _read_plans(self, cleaned: dict[str, Any]) -> Days | None:
        text = cleaned.get("plans", "")
        found = read_span(text) if text else None
        if text and found is None:
            self.add_error("plans", _("Ghi năm, khoảng năm, tháng hoặc quý: 2026; 2026-2030; 08/2026; quý 3/2026."))
        return found

    def _read_implements(self, cleaned: dict[str, Any]) -> int | None:
        """`#12 05/KH-UBND …` as the list offers it, or a reference that only one document the reader sees has."""
        text = str(cleaned.get("implements", "")).strip()
        if not text:
            return None
        try:
            if marked := re.match(r"#(\d{1,18})\b", text, re.ASCII):
                return get_document(int(marked[1]), self.scope).pk
            return find_by_reference(text, self.scope).pk
        except DocumentUnknown:
            self.add_error("implements", _("Trong sổ không có đúng một văn bản như vậy. Hãy chọn trong danh sách."))
            return None

    def _read_deadlines(self, cleaned: dict[str, Any]) -> list[DeadlineDraft]:
        found = []
        kept = {one.what: one.units for one in self.initial.get("deadlines", ())}
        for row in range(self.row_count):
            what, due_on = str(cleaned.get(f"what-{row}") or "").strip(), cleaned.get(f"due-{row}")
            if what and due_on is None and f"due-{row}" not in self.errors:
                self.add_error(f"due-{row}", _("Hãy ghi hạn của việc này."))
            elif due_on is not None and not what:
                self.add_error(f"what-{row}", _("Hãy ghi việc phải làm trước hạn này."))
            elif what and due_on is not None:
                found.append(DeadlineDraft(what, due_on, bool(cleaned.get(f"wants-{row}")), kept.get(what, ())))
        return found

    def _read_addressed(self, cleaned: dict[str, Any], day: date, places: PlaceSnapshot) -> list[int]:
        found: dict[int, None] = {}
        if level := cleaned.get("addressed_level"):
            found.update(dict.fromkeys(places.at_level(self.unit_id, level, day)))
        for line in str(cleaned.get("addressed_units", "")).splitlines():
            if not line.strip():
                continue
            try:
                found.setdefault(_resolve_line(line.strip(), day, places))
            except forms.ValidationError as error:
                self.add_error("addressed_units", error)
        if len(found) > MOST_ADDRESSED:
            self.add_error("addressed_level", _("Một văn bản gửi nhiều nhất 5.000 đơn vị. Hãy gửi tới cấp cao hơn."))
        return list(found)

    def _read_files(self, cleaned: dict[str, Any]) -> None:
        """New ones are checked and kept aside, so that a mistake elsewhere on the page does not lose them."""
        brought: list[tuple[str, bytes]] = []
        values = self.data.getlist("waiting") if hasattr(self.data, "getlist") else []
        for value in values[:MOST_FILES]:
            found = _WAITING.fullmatch(value)
            content = find_waiting(found[1]) if found else None
            if found is None or content is None:
                self.add_error("uploads", _("Tệp đã tải lên quá lâu nên không còn. Hãy chọn lại tệp."))
            else:
                brought.append((found[2], content))
        uploads: Sequence[UploadedFile] = cleaned.get("uploads") or ()
        for file in uploads:
            if (file.size or 0) > LARGEST_FILE:
                self.add_error("uploads", _("Tệp “%(name)s” lớn quá 40 MB.") % {"name": file.name})
            else:
                brought.append((file.name or "", file.read()))
        if len(brought) > MOST_FILES:
            self.add_error("uploads", _("Mỗi lần ghi nhận nhiều nhất 10 tệp."))
        for name, content in brought[:MOST_FILES]:
            try:
                prepared = prepare_file(name, content)
            except DocumentFileRefused as refused:
                self.add_error("uploads", refused.sentence)
                continue
            self.prepared.append(prepared)
            self.waiting.append(WaitingFile(f"{keep_waiting(content, at=now())}:{name}", prepared.name))


class DoneForm(forms.Form):
    done_on = DayField(label=gettext_lazy("Làm xong ngày"))
    note = forms.CharField(label=gettext_lazy("Đã làm gì, xem ở đâu"), max_length=500)


def _find_unit(text: str, day: date, places: PlaceSnapshot) -> int | None:
    """None for a body we have no unit for: a ministry, a party committee, a school."""
    try:
        return resolve_place(text, day, places) if text else None
    except forms.ValidationError:
        return None


def _describe_line(unit: int, day: date, places: PlaceSnapshot) -> str:
    """`Xã Bản Qua (02707)`: the name for the reader, the code so that exactly this unit is found again."""
    typed, name = describe_typed(unit, day, places), places.name_on(unit, day)
    return typed if name in typed else f"{name} ({typed})"


def _resolve_line(line: str, day: date, places: PlaceSnapshot) -> int:
    """As `_describe_line` wrote it, or as people type a unit. Raises forms.ValidationError."""
    if (found := re.fullmatch(r".+ \(([^()]+)\)", line)) and (unit := _find_unit(found[1], day, places)) is not None:
        return unit
    return resolve_place(line, day, places)


def initial_of(document: Document) -> dict[str, Any]:
    """What stands in the form's fields when a document is corrected."""
    places, deadlines = get_snapshot(), []
    addressed = list(document.addresses.values_list("org_unit_id", flat=True))
    for one in document.deadlines.prefetch_related("duties"):
        units = tuple(duty.org_unit_id for duty in one.duties.all())
        deadlines.append(
            DeadlineDraft(one.what, one.due_on, one.wants_document, () if set(units) == set(addressed) else units)
        )
    shown = [unit for unit in addressed if unit in places.units]
    return {
        "reference": document.reference,
        "kind": document.kind.code if document.kind else "",
        "issued_on": document.issued_on,
        "received_on": document.day_to if document.direction == Direction.INCOMING else None,
        "issuing_body": document.issuing_body,
        "title": document.title,
        "plans": write_span(Days(document.plans_first, document.plans_last))
        if document.plans_first and document.plans_last
        else "",
        "implements": describe_for_choice(document.implements) if document.implements else "",
        "addressed_units": "\n".join(_describe_line(unit, document.day_to, places) for unit in shown),
        "deadlines": deadlines,
    }


def describe_for_choice(document: Document) -> str:
    """`#12 05/KH-UBND, 02/03/2026: Kế hoạch …`"""
    title = document.title if len(document.title) <= 90 else document.title[:89] + "…"
    return f"#{document.pk} {document.reference}, {document.issued_on:%d/%m/%Y}: {title}"


def list_confirmed(request: HttpRequest) -> frozenset[str]:
    return frozenset(request.POST.getlist("confirmed"))
