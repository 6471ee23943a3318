"""A commune that holds classes, kinds of them, a scale of marks, and what lets learners be named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from caunoi.accounts.models import Role, User
from caunoi.awards.models import AwardKind, AwardOccasion
from caunoi.documents.actions import store_bytes
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.personal.models import PersonalQuestion
from caunoi.places.models import OrgUnit
from caunoi.records.tests.builders import publish, unit, user
from caunoi.training.actions import add_learners, mark_presences, open_class, set_marks
from caunoi.training.models import Learner, MarkScale, TrainingClass, TrainingKind
from caunoi.training.rules.drafts import ClassDraft, Person

PACK = Path(__file__).parents[3] / "packs" / "tuyen-van"
FIRST, LAST = date(2026, 3, 10), date(2026, 3, 11)
OPENED_AT = local_moment(date(2026, 3, 2))
AFTER = local_moment(LAST, 17)
NAMES = ("Vàng Thị Mỷ", "Lý A Sùng", "Giàng Seo Chẩn")
ANSWERS = {
    "ngay": "day", "loai": "'mo_lop'", "loai_lop": "'nghiep_vu'", "so_nguoi": "learners", "so_luot": "attendances",
    "so_tiet": "hours", "so_ngay": "days", "so_hoan_thanh": "completed",
}  # fmt: skip


def band(code: str, name: str, at_least: str, below: str, first: str = "", last: str = "") -> dict[str, str]:
    return {
        "code": code, "name_vi": name, "name_en": name, "at_least": at_least, "below": below, "from": first,
        "to": last, "source": "",
    }  # fmt: skip


BANDS = [
    band("gioi", "Giỏi", "8", "10"), band("kha", "Khá", "6.5", "8"), band("dat", "Đạt", "5", "6.5"),
    band("khong_dat", "Không đạt", "0", "5"),
]  # fmt: skip


@dataclass(frozen=True)
class Places:
    province: OrgUnit
    commune: OrgUnit
    other: OrgUnit
    village: OrgUnit
    officer: User
    viewer: User


def make_world(*, declared: bool = True) -> Places:
    """The commune's officer enters, corrects and approves; the viewer sees the province's records."""
    province = unit("Tỉnh Lào Cai", "province", code="15")
    commune = unit("Xã Cốc San", "commune", province, code="02710")
    other = unit("Xã Bát Xát", "commune", province, code="02709")
    village = unit("Thôn 1", "village", commune)
    publish("dao_tao", AssignmentRow("commune", "event", approval_level="commune"))
    MarkScale.objects.create(
        code="thang_10", name_vi="Thang 10", name_en="Out of 10", highest=Decimal(10), decimals=1, bands=BANDS,
        pack="thu",
    )  # fmt: skip
    common: dict[str, Any] = {"pack": "thu", "levels": ["commune"], "form_code": "dao_tao", "answers": ANSWERS}
    TrainingKind.objects.create(
        code="nghiep_vu", name_vi="Nghiệp vụ", name_en="Professional", names=True, scale="thang_10",
        min_attendance=Decimal(80), min_mark=Decimal(5), certificate="giay_chung_nhan", occasion="lop", **common,
    )  # fmt: skip
    TrainingKind.objects.create(code="ly_luan", name_vi="Lý luận", name_en="Theory", position=1, **common)
    content = (PACK / "awards" / "giay_chung_nhan.docx").read_bytes()
    AwardKind.objects.create(
        code="giay_chung_nhan", name_vi="Giấy chứng nhận", name_en="Certificate", nature="certificate", pack="thu",
        template=store_bytes(content, media_type="application/zip", at=OPENED_AT),
    )  # fmt: skip
    AwardOccasion.objects.create(code="lop", name_vi="Lớp", name_en="Class", pack="thu")
    if declared:
        for form, question in (("training", "learner"), ("awards", "recipient")):
            PersonalQuestion.objects.create(
                form_code=form, question=question, purpose_vi="Cấp giấy", keep_months=24, counted_from="day",
                at_end="ask", pack="thu",
            )  # fmt: skip
    officer = user("can-bo-xa", (Role.EDITOR, commune), (Role.APPROVER, commune), (Role.PROGRAMME_MANAGER, commune))
    return Places(province, commune, other, village, officer, user("nguoi-xem", (Role.VIEWER, province)))


def draft(**given: Any) -> ClassDraft:
    values = {
        "kind": "nghiep_vu", "title": "lớp bồi dưỡng tuyên truyền miệng", "day_from": FIRST, "day_to": LAST,
        "place": "Hội trường UBND xã", "hours": 16, **given,
    }  # fmt: skip
    return ClassDraft(**values)


def open_one(places: Places, **given: Any) -> TrainingClass:
    """With a session on each of its two days."""
    return open_class(org_unit_id=places.commune.pk, draft=draft(**given), by=places.officer, at=OPENED_AT)


def add(found: TrainingClass, places: Places, *names: str, others_of_same_name: bool = False) -> list[Learner]:
    people = [Person(places.village.pk, name) for name in names or NAMES]
    add_learners(found.pk, people, others_of_same_name=others_of_same_name, by=places.officer, at=OPENED_AT)
    return list(found.learners.all())


def hold(found: TrainingClass, places: Places) -> list[Learner]:
    """Three learn: the first is there on both days and has 8.5, the second too and has 4, the third comes once."""
    learners = add(found, places)
    first, second = found.sessions.all()
    everybody = {one.pk for one in learners}
    there = {first.pk: everybody, second.pk: everybody - {learners[2].pk}}
    mark_presences(found.pk, there, learners=everybody, by=places.officer, at=AFTER)
    marks = {learners[0].pk: Decimal("8.5"), learners[1].pk: Decimal(4), learners[2].pk: Decimal(9)}
    set_marks(found.pk, marks, by=places.officer, at=AFTER)
    return learners
