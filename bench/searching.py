"""The one search over a million things: things of a register, reports and the units of the measured world."""

from __future__ import annotations

import random
import uuid
from datetime import date
from functools import partial

from django.db import transaction

from bench.measuring import Bench, Measured, percentile, timed_ms
from caunoi.accounts.models import Role
from caunoi.accounts.queries import scope_of
from caunoi.bulk_rows import insert_rows
from caunoi.desk.search.actions import rebuild
from caunoi.desk.search.looking import SOURCES, search
from caunoi.desk.search.sources import Reader
from caunoi.documents.actions import store_bytes
from caunoi.moments import now, today
from caunoi.periods.rules import add_months, first_day, last_day
from caunoi.places.models import OrgUnit
from caunoi.records.models import Entity, EntityList
from caunoi.reports.models import ReportRun
from caunoi.vietnamese_text import fold

THINGS = 1_000_000
REPORTS = 100_000
BATCH = 20_000
FAMILIES = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Giàng", "Lù", "Vàng", "Sùng", "Tẩn", "Lý", "Đặng", "Bùi", "Đỗ"]
MIDDLES = ["Văn", "Thị", "A", "Thanh", "Minh", "Seo", "Láo", "Mùi", "Xuân", "Hữu"]
NAMES = ["Páo", "Sử", "Dìn", "Mẩy", "Hoa", "Lan", "Hùng", "Dũng", "Tả", "Phủ", "Chính", "Sơn", "Hà", "Anh", "Bình"]
# With a slip of the finger, with a day, and one that nothing answers.
ASKED = (
    "ho giang seo pao",
    "nguyen van hung",
    "thon 5",
    "giagn seo",
    "xa 1 thon 12",
    "so lieu thang 8/2024",
    "bao cao thang 8/2024 xa 0",
    "khong co",
)
ROUNDS = 30


def make_things(count: int) -> None:
    """Households with common names, spread over the villages in order."""
    chance = random.Random(7)
    villages = list(OrgUnit.objects.filter(level="village").order_by("pk").values_list("pk", flat=True))
    register = EntityList.objects.create(code="ho", title_vi="Hộ", pack="do-toc-do", properties=["so"], known_from=1)
    at = now()
    for start in range(0, count, BATCH):
        rows = []
        for index in range(start, min(start + BATCH, count)):
            label = f"Hộ {chance.choice(FAMILIES)} {chance.choice(MIDDLES)} {chance.choice(NAMES)}"
            rows.append(
                Entity(
                    entity_list=register, uuid=uuid.UUID(int=index + 1), label=label, search=fold(f"{label} {index}"),
                    org_unit_id=villages[index * len(villages) // count], properties={"so": str(index)},
                    current_number=1, begins_on=date(2024, 1, 1), created_at=at, updated_at=at,
                )
            )  # fmt: skip
        with transaction.atomic():
            insert_rows(rows)


def make_reports(count: int) -> None:
    """Monthly ones of the communes, with one file for all: only what is searched counts here."""
    at = now()
    file = store_bytes(b"do toc do", media_type="application/octet-stream", at=at)
    communes = list(OrgUnit.objects.filter(level="commune").order_by("pk").values_list("pk", flat=True))
    for start in range(0, count, BATCH):
        rows = []
        for index in range(start, min(start + BATCH, count)):
            month = add_months((2016, 1), index * 120 // count)
            first, last = first_day(month, 1), last_day(month, 1)
            rows.append(
                ReportRun(
                    key=f"bench{index}", template_code="thang", title=f"Báo cáo tháng {month[1]}/{month[0]}",
                    org_unit_id=communes[index % len(communes)], day_from=first, day_to=last, boundaries=last,
                    as_known=1, file=file, file_name="a.docx", made_by_name="bench", made_at=at,
                )
            )  # fmt: skip
        with transaction.atomic():
            insert_rows(rows)


def search_p95_ms(bench: Bench) -> Measured:
    """All kinds, as a commune's officer; the baseline looks through the register by LIKE, without the other kinds."""
    world = bench.world
    make_things(THINGS)
    make_reports(REPORTS)
    rebuild()
    reader = Reader(world.user, scope_of(world.user, today()), frozenset(Role), today())
    for text in ASKED:
        search(text, reader, SOURCES, 6)
    ours = [timed_ms(partial(search, text, reader, SOURCES, 6)) for text in ASKED * ROUNDS]

    def look_through(text: str) -> None:
        found = Entity.objects.all()
        for word in fold(text).split():
            found = found.filter(search__contains=word)
        list(found[:6])

    baseline = [timed_ms(partial(look_through, text)) for text in ASKED * 2]
    return Measured(percentile(ours, 0.95), "ms", percentile(baseline, 0.95), "LIKE over the things of the register")
