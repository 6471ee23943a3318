"""The packs' own templates, each filled with a figure for all it asks, and issued."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from caunoi.accounts.models import Role, User
from caunoi.desk.tests.builders import user
from caunoi.documents.actions import read_bytes, store_bytes
from caunoi.reports.models import ReportTemplate
from caunoi.reports.tests.builders import AT, DISTRICT, make, store_world
from caunoi.reports.tests.test_life import approved, issue
from caunoi.reports.tests.test_pack_templates import PACKS, read_codes, read_toml
from caunoi.reports.word_file import MEDIA_TYPE


@dataclass(frozen=True)
class Filled:
    """`most`: pages it may take for a small district, the last one with the code among them."""

    pack: str
    template: str
    first: date
    last: date
    most: int
    layout: str = "nd30"

    def __str__(self) -> str:
        return f"{self.template}-{self.layout}"

    @property
    def parameters(self) -> dict[str, Any]:
        """As a pack gives them whose periods begin on the 15th, laid out by that set, with words in every place."""
        read = read_toml(PACKS / self.pack / "reports" / f"{self.template}.docx")
        read["layout"] |= {"set": self.layout, "superior": "Tỉnh Lào Cai", "heading": "Đảng Cộng sản Việt Nam"}
        return {**read, "period": {"cut_off": 15, **read.get("period", {})}}


SHIPPED = (
    Filled("tuyen-van", "bao-cao-thang", date(2023, 2, 15), date(2023, 3, 14), 5),
    Filled("tuyen-van", "bao-cao-quy", date(2022, 12, 15), date(2023, 3, 14), 6),
    Filled("tuyen-van", "bao-cao-6-thang", date(2022, 12, 15), date(2023, 6, 14), 7),
    Filled("tuyen-van", "bao-cao-nam", date(2022, 12, 15), date(2023, 12, 14), 9),
    Filled("tuyen-van", "so-ket", date(2020, 12, 15), date(2023, 12, 14), 8),
    Filled("tuyen-van", "chuyen-de-suc-dan", date(2022, 12, 15), date(2023, 12, 14), 6),
    Filled("khuyen-nong", "kn-bao-cao-thang", date(2023, 3, 1), date(2023, 3, 31), 5),
)


def issue_all(chosen: Iterable[Filled]) -> dict[Filled, bytes]:
    """The issued file of each, numbered from 1, with figures of three villages, of two months and the year before."""
    chosen, world = list(chosen), store_world()
    paths = {one: PACKS / one.pack / "reports" / f"{one.template}.docx" for one in chosen}
    for number, code in enumerate(sorted(set().union(*(read_codes(path) for path in paths.values()))), 1):
        world.element(code)
        for more, day in enumerate((date(2022, 3, 1), date(2023, 2, 1), date(2023, 3, 1))):
            for unit in (5, 6, 7):
                world.state(code, unit, day, number * unit + more)
    writer = user("viet", [(Role.EDITOR, DISTRICT)], "Lý Thị Mai")
    chief = user("duyet", [(Role.APPROVER, DISTRICT)], "Trần Văn Sơn")
    return {one: _issue(one, paths[one].read_bytes(), number, writer, chief) for number, one in enumerate(chosen, 1)}


def _issue(one: Filled, word: bytes, number: int, writer: User, chief: User) -> bytes:
    ReportTemplate.objects.create(
        code=str(one), title_vi=one.template, pack="thu", parameters=one.parameters,
        template=store_bytes(word, media_type=MEDIA_TYPE, at=AT),
    )  # fmt: skip
    report = make(first=one.first, last=one.last, template_code=str(one), by=writer.actor).run
    issued = issue(approved(report, writer, chief), writer, f"{number}/BC-UBND", signer_name="Nguyễn Văn An")
    return read_bytes(issued.file_id)
