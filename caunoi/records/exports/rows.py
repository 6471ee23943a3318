"""Rows of an export as they are read from the database, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from caunoi.accounts.scope import Scope
from caunoi.approvals.models import ApprovalStep
from caunoi.approvals.rules import State, Step
from caunoi.forms.models import FormVersion
from caunoi.forms.queries import get_form, questions_of
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.exports.request import ExportRequest, list_ids, list_versions
from caunoi.records.exports.tables import Table, Value, cells_of, rows_of_repeat, tables_of
from caunoi.records.models import Source

CHUNK = 1000
_READ = (
    "submission_id", "number", "instance_id", "answers", "source", "entered_by_name", "received_at",
    "form_version__version", "submission__org_unit_id", "submission__period_key", "submission__day_from",
    "submission__day_to", "submission__state", "submission__current_number",
)  # fmt: skip
# The first columns of every table name the record; a repeat's row has these and its number.
KEYS = 3


@dataclass(frozen=True)
class _Approval:
    by: str
    at: datetime


class Export:
    """All that is asked for. Sentences and labels are looked up when it is made: rows are read later, when the request
    that asked for them is over and its language forgotten."""

    def __init__(self, request: ExportRequest, scope: Scope) -> None:
        self.request = request
        self._scope = scope
        form = get_form(request.form_code)
        versions = FormVersion.objects.filter(form=form).order_by("-published_at", "-pk")
        language = "en" if request.spelling == "en" else "vi"
        self.tables: list[Table] = tables_of(
            [questions_of(version) for version in versions], request.spelling, split_choices=request.split_choices
        )
        with override(language):
            self.title = in_reader_language(form.title_vi, form.title_en)
            self._headers = _codes() if request.spelling == "codes" else _words()
            self._row_title = "dong" if request.spelling == "codes" else _("Dòng")
            self._states = {state.value: self._spell(state.value, _state_word(state)) for state in State}
            self._sources = {source.value: self._spell(source.value, str(source.label)) for source in Source}
            self._yes = _("có")
        self._places: PlaceSnapshot = get_snapshot()
        self._above: dict[tuple[int, date], tuple[str, str, str, str]] = {}

    @property
    def has_repeats(self) -> bool:
        return len(self.tables) > 1

    def header(self, table: Table) -> list[str]:
        titles = [column.title for column in table.columns]
        return [*self._headers[:KEYS], self._row_title, *titles] if table.path else [*self._headers, *titles]

    def count(self) -> int:
        """Of records, whatever the number of their versions."""
        return len(list_ids(self.request, self._scope))

    def rows(self) -> Iterator[tuple[Table, list[Value]]]:
        """Each record's own row, then those of its repeats."""
        spelling = self.request.spelling
        main, *repeats = self.tables
        ids = list_ids(self.request, self._scope)
        for start in range(0, len(ids), CHUNK):
            chunk = list(list_versions(self.request, ids[start : start + CHUNK]).values(*_READ))
            approvals = _read_approvals(chunk)
            for row in chunk:
                answers: Mapping[str, Any] = row["answers"]
                own = self._own_cells(row, approvals.get((row["submission_id"], row["number"])))
                yield main, [*own, *cells_of(main, answers, spelling)]
                for table in repeats:
                    for number, inside in rows_of_repeat(table, answers):
                        yield table, [*own[:KEYS], number, *cells_of(table, inside, spelling)]

    def _own_cells(self, row: Mapping[str, Any], approval: _Approval | None) -> list[Value]:
        unit, last = row["submission__org_unit_id"], row["submission__day_to"]
        code, name, commune, above = self._name(unit, last)
        return [
            row["submission_id"],
            row["number"],
            row["instance_id"],
            self._yes if row["number"] == row["submission__current_number"] else "",
            code,
            name,
            commune,
            above,
            row["submission__period_key"],
            row["submission__day_from"],
            last,
            self._states[row["submission__state"]],
            self._sources.get(row["source"], row["source"]),
            row["entered_by_name"],
            row["received_at"],
            approval.by if approval else None,
            approval.at if approval else None,
            row["form_version__version"],
        ]

    def _name(self, unit: int, day: date) -> tuple[str, str, str, str]:
        """Code, name, commune and what lies above it, as on the record's last day."""
        if (unit, day) not in self._above:
            places = self._places
            if len(self._above) > 50_000:
                self._above.clear()
            around = [unit, *places.ancestors_on(unit, day)]
            commune = next((one for one in around if places.units[one].level == "commune"), None)
            higher = [one for one in around if places.units[one].level in ("district", "province") and one != unit]
            self._above[unit, day] = (
                places.code_on(unit, day) or places.units[unit].key,
                places.distinct_name_on(unit, day),
                places.name_on(commune, day) if commune is not None else "",
                ", ".join(places.name_on(one, day) for one in higher),
            )
        return self._above[unit, day]

    def _spell(self, code: str, word: str) -> str:
        return code if self.request.spelling == "codes" else word


def _read_approvals(chunk: Sequence[Mapping[str, Any]]) -> dict[tuple[int, int], _Approval]:
    """Who approved each version last, and when."""
    subjects = {f"submission:{row['submission_id']}": row["submission_id"] for row in chunk}
    steps = ApprovalStep.objects.filter(
        subject__in=list(subjects), step=Step.APPROVE.value, to_state=State.APPROVED.value
    ).order_by("pk")
    return {
        (subjects[subject], number): _Approval(by, at)
        for subject, number, by, at in steps.values_list("subject", "number", "by_name", "at")
    }


def _codes() -> list[str]:
    return [
        "ban_ghi", "phien_ban", "instance_id", "hien_hanh", "ma_don_vi", "don_vi", "xa", "cap_tren", "ky", "tu_ngay",
        "den_ngay", "trang_thai", "nguon", "nguoi_ghi", "nhan_luc", "nguoi_duyet", "duyet_luc", "phien_ban_bieu_mau",
    ]  # fmt: skip


def _words() -> list[str]:
    return [
        _("Số bản ghi"), _("Phiên bản"), "instanceID", _("Bản hiện hành"), _("Mã đơn vị"), _("Đơn vị"), _("Xã"),
        _("Cấp trên"), _("Kỳ"), _("Từ ngày"), _("Đến ngày"), _("Trạng thái"), _("Nguồn"), _("Người ghi"),
        _("Nhận lúc"), _("Người duyệt"), _("Duyệt lúc"), _("Phiên bản biểu mẫu"),
    ]  # fmt: skip


def _state_word(state: State) -> str:
    return {
        State.DRAFT: _("đang ghi"),
        State.SUBMITTED: _("chờ duyệt"),
        State.RETURNED: _("đã trả lại"),
        State.APPROVED: _("đã duyệt"),
        State.LOCKED: _("đã khóa"),
        State.WITHDRAWN: _("đã rút"),
    }[state]
