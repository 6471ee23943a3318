"""The minutes of a meeting: its kind's Word template of the pack, filled with what was planned and counted."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from docxtpl import DocxTemplate
from jinja2 import TemplateError

from caunoi.documents.actions import read_bytes
from caunoi.languages import show_number
from caunoi.meetings.errors import MeetingInvalid
from caunoi.meetings.models import Matter, MatterSort, Meeting
from caunoi.meetings.queries import count_turns, read_counts
from caunoi.moments import VIETNAM, local_date
from caunoi.places.queries import get_snapshot
from caunoi.reports.rules.wording import word_day
from caunoi.reports.template_file import make_environment


def make_minutes(meeting: Meeting, at: datetime) -> bytes:
    """In Vietnamese, as official papers are. Raises MeetingInvalid where the kind has no template, or a broken one."""
    template = meeting.kind.minutes_id
    if template is None:
        raise MeetingInvalid(_("Loại cuộc họp này chưa có mẫu biên bản. Hãy thêm mẫu vào gói (cột minutes)."))
    made = io.BytesIO()
    with override("vi"):
        values = list_values(meeting, at)
    try:
        document = DocxTemplate(io.BytesIO(read_bytes(template)))
        document.render(values, make_environment())
    except TemplateError as error:
        raise MeetingInvalid(
            _("Mẫu biên bản của loại cuộc họp này không điền được: %(detail)s. Hãy sửa mẫu trong gói.")
            % {"detail": error}
        ) from error
    document.save(made)
    return made.getvalue()


def list_values(meeting: Meeting, at: datetime) -> dict[str, Any]:
    """What a template may name; docs/pack-format.md lists them. Texts, ready to be printed."""
    places, day = get_snapshot(), meeting.day_to
    counts = read_counts([meeting], local_date(at))[meeting.pk]
    sites = list(meeting.sites.all())
    turns = count_turns(sites)
    unit = places.units[meeting.org_unit_id]
    above = places.parent_on(meeting.org_unit_id, day)
    starts, ends = meeting.starts_at.astimezone(VIETNAM), meeting.ends_at.astimezone(VIETNAM)
    invited = meeting.units.filter(invited=True)
    first = invited.first()
    matters = list(meeting.matters.filter(dropped_because=""))
    return {
        "loai": meeting.kind.name_vi,
        "ten": meeting.title,
        "don_vi": places.name_on(unit.id, day),
        "don_vi_tren": places.name_on(above, day) if above is not None else "",
        "ngay": word_day(day),
        "gio_bat_dau": f"{starts:%H:%M}",
        "gio_ket_thuc": f"{ends:%H:%M}",
        "noi_hop": meeting.venue or _("trực tuyến"),
        "thanh_phan": first.offices if first else "",
        "so_don_vi_moi": _number(invited.count()),
        "chuong_trinh": [{"gio": time, "noi_dung": what, "co_quan": office} for time, what, office in meeting.agenda],
        "diem_hop": [
            {
                "ten": site.name,
                "hinh_thuc": _("trực tuyến") if site.online else _("trực tiếp"),
                "so_luot": _number(turns[site.pk] if site.attendance is None else site.attendance),
            }
            for site in sites
        ],
        "so_diem_cau": _number(counts.online_sites),
        "so_luot": _number(counts.attendances),
        "so_luot_phat_bieu": _number(counts.contributions),
        "noi_dung_phat_bieu": [
            {"noi_dung": one.name, "so_luot": _number(one.contributions)} for one in meeting.topics.all()
        ],
        "ket_luan": [_show(one) for one in matters if one.sort == MatterSort.CONCLUSION],
        "kien_nghi": [_show(one) for one in matters if one.sort == MatterSort.REQUEST],
        "cau_hoi": [_show(one) for one in matters if one.sort == MatterSort.QUESTION],
    }


def _show(matter: Matter) -> dict[str, str]:
    return {
        "noi_dung": matter.what,
        "don_vi": get_snapshot().distinct_name_on(matter.org_unit_id, matter.meeting.day_to),
        "han": f"{matter.due_on:%d/%m/%Y}",
        "tra_loi": matter.answer,
    }


def _number(number: int) -> str:
    return show_number(Decimal(number))
