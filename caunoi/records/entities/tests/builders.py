"""A register of performing groups, and what phones and people say about it, in the words of the field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.models import FormVersion
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming, Received, receive
from caunoi.records.models import Entity, EntityList, Source
from caunoi.records.tests.builders import BY

GROUP = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
BRANCH = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
BRANCH_2 = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
DAY = date(2026, 3, 2)
AT = local_moment(date(2026, 3, 20))
LIST = "doi"

FORM = """
| survey | | | | | | |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | save_to | required |
| | date | ngay | Ngày | Day | | yes |
| | select_one_from_file doi.csv | doi | Đội đã ghi | Group | | |
| | text | ten | Tên đội | Name | ten | yes |
| | integer | so_nguoi | Số người | People | so_nguoi | |
| | select_one trang_thai | trang_thai | Trạng thái | State | trang_thai | |
| choices | | | |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | trang_thai | hoat_dong | Đang hoạt động | Active |
| | trang_thai | ngung | Đã ngừng | Ended |
| entities | | | | | |
| | list_name | label | entity_id | create_if | update_if |
| | doi | ${ten} | coalesce(${doi}, uuid()) | ${doi} = '' | ${doi} != '' |
| settings | | | |
| | form_id | form_title | version | default_language |
| | ghi_doi | Ghi đội văn nghệ | 1 | Tiếng Việt (vi) |
"""
CLUSTERS = """
| survey | | | | | |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | save_to |
| | date | ngay | Ngày | Day | |
| | begin_repeat | cum | Cụm loa | Cluster | |
| | text | ten | Tên cụm | Name | ten |
| | integer | so_loa | Số loa | Speakers | so_loa |
| | end_repeat | | | | |
| entities | | |
| | list_name | label |
| | cum_loa | ${ten} |
| settings | | | |
| | form_id | form_title | version | default_language |
| | ghi_cum | Ghi cụm loa | 1 | Tiếng Việt (vi) |
"""


def publish(text: str = FORM, *levels: str, approval: str = "") -> FormVersion:
    version = publish_form(content=text.encode(), file_type="md", file_name="mau.md", pack="thu", by=BY, at=AT)
    rows = [AssignmentRow(level, "event", approval_level=approval) for level in levels or ("village",)]
    set_assignments(version.form.code, rows, by=BY, at=AT)
    return version


def register(ended_when: str = "${trang_thai} = 'ngung'") -> EntityList:
    return EntityList.objects.create(
        code=LIST, title_vi="Đội văn nghệ", title_en="Performing groups", pack="thu",
        properties=["ten", "so_nguoi", "trang_thai"], ended_when=ended_when, known_from=1,
    )  # fmt: skip


def entity_xml(
    uuid: str = GROUP,
    *,
    create: bool = False,
    update: bool = False,
    label: str | None = None,
    base: int | str = "",
    trunk: int | str = "",
    branch: str = "",
    list_code: str = LIST,
) -> str:
    flags = f'create="{"1" if create else ""}" update="{"1" if update else ""}"'
    versions = f'baseVersion="{base}" trunkVersion="{trunk}" branchId="{branch}"'
    return (
        f"<entity dataset={quoteattr(list_code)} id={quoteattr(uuid)} {flags} {versions}>"
        f"<label>{escape(label or '')}</label></entity>"
    )


def group_xml(
    instance: str, entity: str, *, day: date = DAY, corrects: str = "", form: str = "ghi_doi", **answers: str
) -> bytes:
    """What Collect sends: only the questions given stand in it."""
    given = {"ngay": day.isoformat(), **answers}
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in given.items())
    before = f"<deprecatedID>{corrects}</deprecatedID>" if corrects else ""
    meta = f"<meta>{entity}<instanceID>{instance}</instanceID>{before}</meta>"
    return f'<data id="{form}" version="1">{body}{meta}</data>'.encode()


def clusters_xml(instance: str, rows: Iterable[tuple[str, str, str]], *, corrects: str = "") -> bytes:
    """(uuid, name, speakers) of each row."""
    body = "".join(
        f"<cum><ten>{escape(name)}</ten><so_loa>{speakers}</so_loa><meta>"
        f"{entity_xml(uuid, create=True, label=name, list_code='cum_loa')}</meta></cum>"
        for uuid, name, speakers in rows
    )
    before = f"<deprecatedID>{corrects}</deprecatedID>" if corrects else ""
    meta = f"<meta><instanceID>{instance}</instanceID>{before}</meta>"
    return f'<data id="ghi_cum" version="1"><ngay>{DAY}</ngay>{body}{meta}</data>'.encode()


def send(village: OrgUnit, xml: bytes, *, at: datetime = AT, form: str = "ghi_doi", **more: Any) -> Received:
    settings = {"source": Source.BROWSER, "entered_by_name": "Giàng A Páo", **more}
    return receive(Incoming(form, village.pk, at, xml=xml, **settings), by=BY, at=at)


_sent = 0


def instance() -> str:
    global _sent
    _sent += 1
    return f"uuid:bản-{_sent}"


def create(village: OrgUnit, label: str = "Đội văn nghệ Thôn 1", uuid: str = GROUP, **answers: Any) -> Received:
    day, at = answers.pop("day", DAY), answers.pop("at", AT)
    entity = entity_xml(uuid, create=True, label=label)
    given = {"ten": label, "so_nguoi": "8", "trang_thai": "hoat_dong", **answers}
    return send(village, group_xml(instance(), entity, day=day, **given), at=at)


def update(village: OrgUnit, base: int | str = 1, uuid: str = GROUP, label: str = "", **answers: Any) -> Received:
    day, at = answers.pop("day", DAY), answers.pop("at", AT)
    trunk, branch = answers.pop("trunk", ""), answers.pop("branch", "")
    entity = entity_xml(uuid, update=True, label=label, base=base, trunk=trunk, branch=branch)
    return send(village, group_xml(instance(), entity, day=day, **answers), at=at)


def group(uuid: str = GROUP) -> Entity:
    return Entity.objects.get(uuid=uuid)


def later(days: int) -> datetime:
    return AT + timedelta(days=days)
