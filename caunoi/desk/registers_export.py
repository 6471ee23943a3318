"""A register as CSV or a workbook: one row a thing, labels as the reader sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caunoi.desk.registers import conflict_label, state_label
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import Property, Row


def list_headings(properties: Sequence[Property]) -> list[str]:
    language = get_language() or "vi"
    return [
        _("Mã"), _("Tên"), _("Đơn vị"), *(one.label(language) for one in properties), _("Từ ngày"), _("Ngừng từ ngày"),
        _("Tình trạng"), _("Trái nhau"), _("Phiên bản"),
    ]  # fmt: skip


def list_cells(row: Row, properties: Sequence[Property], day: date) -> list[str]:
    language, entity = get_language() or "vi", row.entity
    return [
        str(entity.uuid), row.label, get_snapshot().path_name(entity.org_unit_id, day),
        *(one.show(row.properties.get(one.name, ""), language) for one in properties),
        f"{entity.begins_on:%d/%m/%Y}", f"{entity.ended_on:%d/%m/%Y}" if entity.ended_on else "",
        state_label(row.state), conflict_label(entity.conflict), str(entity.current_number),
    ]  # fmt: skip
