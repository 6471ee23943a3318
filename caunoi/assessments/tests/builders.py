"""A province with two communes and their villages, a sheet of one figure and one line by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from caunoi.accounts.models import Role, User
from caunoi.assessments.actions import Typed, open_round, review_rating, score_rating
from caunoi.assessments.models import Rating, RatingRound, ScoringSheet
from caunoi.assessments.rules.sheet import LINEAR, Band, Cap, Criterion, Sheet, write_sheet
from caunoi.desk.tests.builders import user
from caunoi.facts.tests.builders import World
from caunoi.moments import local_moment
from caunoi.periods.rules import Period
from caunoi.places.rules.snapshot import Spell, Unit, make_snapshot

D = Decimal
AT = local_moment(date(2024, 2, 5))
JANUARY = Period("month", (2024, 1))
MEETINGS = Criterion("hop", "Họp dân", "Meetings", D(60), LINEAR, "so_hop", ((D(0), D(0)), (D(6), D(60))))
WORK = Criterion("phoi_hop", "Phối hợp", "Working together", D(40))
CAP = Cap("xuat_sac", ("xuat_sac", "tot"), D(20), D(50), "Địa bàn nổi bật", "Outstanding area")
SHEET = Sheet(
    "cham_thon", "Chấm điểm thôn", "Scoring of villages", "village", D(100), (MEETINGS, WORK),
    (
        Band("xuat_sac", "Xuất sắc", "Excellent", D(90), D(100)),
        Band("tot", "Tốt", "Good", D(50), D(90)),
        Band("yeu", "Yếu", "Weak", D(0), D(50)),
    ),
    (CAP,), "Quyết định 1", "Decision 1",
)  # fmt: skip


def store_world(villages: int = 3) -> World:
    """Lào Cai (1) holds Bản Qua (2) with Thôn 1 and 2 (3, 4) and Cốc San (5) with Thôn 3 and on (6, 7, …)."""
    start = date(1900, 1, 1)
    rows = [(1, "province", "Tỉnh Lào Cai", None), (2, "commune", "Xã Bản Qua", 1), (5, "commune", "Xã Cốc San", 1)]
    ids = [3, 4, *range(6, 6 + villages - 2)]
    rows += [(id_, "village", f"Thôn {at}", 2 if id_ < 5 else 5) for at, id_ in enumerate(ids, start=1)]
    world = World(
        make_snapshot(
            [Unit(id_, f"u{id_}", level, start) for id_, level, *_ in rows],
            [Spell(id_, name, f"{id_:05d}", parent, start, None, name) for id_, _, name, parent in rows],
        )
    )
    world.element("so_hop", levels="village", unit="cuộc")
    return world


def store_sheet(sheet: Sheet = SHEET, *, caps: tuple[Cap, ...] | None = None) -> ScoringSheet:
    kept = sheet if caps is None else replace(sheet, caps=caps)
    return ScoringSheet.objects.create(
        pack="thu", code=sheet.code, series=sheet.code, title_vi=sheet.title_vi, title_en=sheet.title_en,
        level=sheet.level, run_by="province", period_type="month", content=write_sheet(kept),
    )  # fmt: skip


def province_officer() -> User:
    return user("tinh", [(Role.APPROVER, 1), (Role.VIEWER, 1)], "Trần Văn Tỉnh")


def commune_officer(unit: int = 2, name: str = "xa") -> User:
    return user(name, [(Role.APPROVER, unit), (Role.VIEWER, unit)], "Nguyễn Thị Hoa")


def village_head(unit: int = 3, name: str = "thon") -> User:
    return user(name, [(Role.RECORDER, unit)], "Giàng A Páo")


def opened(by: User) -> RatingRound:
    return open_round(series="cham_thon", org_unit_id=1, period=JANUARY, by=by, at=AT)


def rating_of(round_: RatingRound, unit: int) -> Rating:
    return Rating.objects.get(round=round_, org_unit_id=unit)


def sent(round_: RatingRound, unit: int, by: User, points: int, evidence: str = "Biên bản số 3") -> Rating:
    rating = rating_of(round_, unit)
    typed = {"phoi_hop": Typed(D(points), evidence)}
    return score_rating(rating_id=rating.pk, points=typed, send=True, by=by, at=AT)


def reviewed(round_: RatingRound, unit: int, by: User, points: int) -> Rating:
    """Scored by the level above alone."""
    rating = rating_of(round_, unit)
    return review_rating(rating_id=rating.pk, points={"phoi_hop": Typed(D(points))}, by=by, at=AT)
