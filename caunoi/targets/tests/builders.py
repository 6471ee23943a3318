"""A province, its communes and two targets of a year, in one form; results come from another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from caunoi.accounts.models import Role, User
from caunoi.audit.clock import take_numbers
from caunoi.facts.models import DataElement, Indicator, Relation
from caunoi.facts.queries import forget_catalogues
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.periods.rules import Period
from caunoi.places.models import OrgUnit, OrgUnitSpell
from caunoi.places.queries import forget_snapshots
from caunoi.records.actions import Incoming, receive_many
from caunoi.records.tests.builders import BY, merge, unit, user
from caunoi.targets.actions import Decision
from caunoi.targets.queries import Breakdown, get_target, read_breakdown

AT = local_moment(date(2026, 3, 2))
YEAR = Period("year", (2026, 1))
DECISION = Decision("12/QĐ-UBND", date(2026, 1, 15))
HEAD = "| survey |\n|  | type | name | label::Tiếng Việt (vi) | label::English (en) | constraint | appearance |\n"
FOOT = (
    "\n| settings |\n|  | form_id | form_title | version | default_language |\n"
    "|  | {code} | {code} | 1 | Tiếng Việt (vi) |\n"
)


def _publish(code: str, questions: str, *rows: AssignmentRow) -> None:
    text = HEAD + questions + FOOT.format(code=code)
    publish_form(content=text.encode(), file_type="md", file_name=f"{code}.md", pack="thu", by=BY, at=AT)
    set_assignments(code, rows, by=BY, at=AT)


def _element(
    code: str, levels: str, form: str, expression: str, *, kind: str = "flow", decimals: int = 0, unit: str = "hộ",
    target_of: str = "",
) -> None:  # fmt: skip
    DataElement.objects.create(
        code=code, name_vi=code, name_en=code, kind=kind, decimals=decimals, levels=levels.split(";"), unit=unit,
        form_code=form, expression=expression, day="period" if target_of else "${ngay}", pack="thu",
        nature="target" if target_of else "result", known_from=take_numbers(1)[0],
    )  # fmt: skip
    if target_of:
        Relation.objects.create(code=code, relation="target-of", other=target_of, pack="thu")


def _publish_targets(due: Sequence[str]) -> None:
    _publish(
        "chi_tieu",
        "|  | date | ky_bao_cao | Năm | Year |  | year |\n"
        "|  | integer | so_ho | Số hộ | Households | . >= 0 and . <= 5000 |  |\n"
        "|  | decimal | so_ha | Diện tích | Area |  |  |\n"
        "|  | decimal | ty_le | Tỷ lệ | Share | . >= 0 and . <= 100 |  |\n",
        *(AssignmentRow(one, "year", approval_level="province", self_approval_allowed=True) for one in due),
    )


def store_target_of(result: str, unit: str) -> None:
    """By itself: `giao` is the year's target of a flow that another room's test counts, of province and commune."""
    _publish_targets(("province", "commune"))
    _element("giao", "province;commune", "chi_tieu", "${so_ho}", unit=unit, target_of=result)
    forget_catalogues()


def give(place: OrgUnit, households: int, *, year: int, at: datetime = AT) -> None:
    """A target as a record of its form, with no decision behind it."""
    answers = {"so_ho": str(households)}
    receive_many([Incoming("chi_tieu", place.pk, at, Period("year", (year, 1)).key, answers=answers)], by=BY, at=at)


def store_programme(*levels: str) -> None:
    """`ho` and `ha` are counted on days; `ho_giao` and `ha_giao` are their targets, of a year, due from these levels
    (province and commune, if none), approved by the province, also by who set them."""
    due = levels or ("province", "commune")
    _publish_targets(due)
    _publish(
        "ket_qua",
        "|  | date | ngay | Ngày | Day |  |  |\n|  | integer | so_ho | Số hộ | Households |  |  |\n",
        AssignmentRow("commune", "event", approval_level=""),
    )
    _element("ho", "commune", "ket_qua", "${so_ho}")
    _element("ha", "commune", "ket_qua", "${so_ha}", decimals=2)
    _element("ho_giao", ";".join(due), "chi_tieu", "${so_ho}", target_of="ho")
    _element("ha_giao", ";".join(due), "chi_tieu", "${so_ha}", decimals=2, target_of="ha")
    forget_catalogues()


def store_target_of_a_stock() -> None:
    """Beside `store_programme`, in the same forms. `ho_co`: how many households there are, as last counted;
    `ho_co_giao`: how many there are to be by the year's end."""
    _element("ho_co", "commune", "ket_qua", "${so_ho}", kind="stock")
    _element("ho_co_giao", "province;commune", "chi_tieu", "${so_ho}", target_of="ho_co")
    forget_catalogues()


def store_target_of_a_share(direction: str = "up") -> None:
    """Beside `store_programme`. `ty_le`: of the households counted those that reached something; `ty_le_giao`: what it
    is to be in the year, of the province and of each commune."""
    _publish(
        "binh_xet",
        "|  | date | ngay | Ngày | Day |  |  |\n"
        "|  | integer | so_dat | Đạt | Reached |  |  |\n"
        "|  | integer | so_tong | Tổng | All |  |  |\n",
        AssignmentRow("commune", "event", approval_level=""),
    )
    _element("dat", "commune", "binh_xet", "${so_dat}", kind="stock")
    _element("tong", "commune", "binh_xet", "${so_tong}", kind="stock")
    Indicator.objects.create(
        code="ty_le", name_vi="Tỷ lệ đạt", name_en="Share", unit="%", decimals=1, formula="percent(dat, tong)",
        direction=direction, pack="thu", known_from=take_numbers(1)[0],
    )  # fmt: skip
    _element(
        "ty_le_giao", "province;commune", "chi_tieu", "${ty_le}", kind="own-level", decimals=1, unit="%",
        target_of="ty_le",
    )  # fmt: skip
    forget_catalogues()


def vote(place: OrgUnit, day: date, reached: int, of: int, *, at: datetime = AT) -> None:
    answers = {"ngay": day.isoformat(), "so_dat": str(reached), "so_tong": str(of)}
    receive_many([Incoming("binh_xet", place.pk, at, answers=answers)], by=BY, at=at)


def store_province() -> tuple[OrgUnit, list[OrgUnit], User]:
    """With three communes, and the officer who sets its targets."""
    province = unit("Tỉnh Thử", "province")
    communes = [unit(f"Xã {name}", "commune", province) for name in ("Ái", "Bình", "Cao")]
    officer = user("tinh", (Role.PROGRAMME_MANAGER, province), (Role.APPROVER, province))
    return province, communes, officer


def merged_commune(province: OrgUnit, olds: list[OrgUnit], day: date = date(2026, 7, 1)) -> OrgUnit:
    """What they become on that day."""
    OrgUnit.objects.filter(pk__in=[one.pk for one in olds]).update(ends_on=day)
    OrgUnitSpell.objects.filter(org_unit__in=olds).update(to_day=day)
    new = unit("Xã Mới", "commune", province, from_=day)
    merge(day, olds, new)
    forget_snapshots()
    return new


def achieve(place: OrgUnit, day: date, households: int, *, at: datetime = AT) -> None:
    answers = {"ngay": day.isoformat(), "so_ho": str(households)}
    receive_many([Incoming("ket_qua", place.pk, at, answers=answers)], by=BY, at=at)


def see(place: OrgUnit, code: str = "ho_giao") -> Breakdown:
    return read_breakdown(get_target(code), place.pk, YEAR)


def parts(*given: tuple[OrgUnit, int | str]) -> dict[int, Decimal | None]:
    return {place.pk: Decimal(value) for place, value in given}
