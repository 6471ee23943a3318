"""A unit's own Word templates and layout: in use for it and all below it, until it goes back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from caunoi.accounts.models import Role, User
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import user
from caunoi.documents.actions import read_bytes, store_bytes
from caunoi.places.queries import get_snapshot
from caunoi.reports.actions import go_back_to_pack, put_template_in_use, set_body_layout, use_own_again
from caunoi.reports.errors import BodyUnknown, TemplateBroken, TemplatesNotYours, TemplateUnchanged
from caunoi.reports.in_use import find_in_use, list_bodies, list_own
from caunoi.reports.models import ReportRun, ReportTemplate
from caunoi.reports.queries import find_same_run, read_run
from caunoi.reports.tests.builders import (
    AT,
    DISTRICT,
    EAST,
    LAST,
    PROVINCE,
    WEST,
    make,
    make_docx,
    state_usual,
    store_template,
    store_world,
    text_of_docx,
)
from caunoi.reports.word_file import MEDIA_TYPE

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 2, 5, 4, tzinfo=UTC)
LAYOUT = {"set": "khac", "body": "Ban Tuyên vận", "recipients": ["Thường trực"]}
TEMPLATE = ("{{ co_quan }}, {{ the_thuc }}: {{ so('ngay_cong') }} ngày công.",)


@pytest.fixture
def manager() -> User:
    state_usual(store_world())
    sets = {"sets": {"nd30": "Theo nghị định", "khac": "Của cơ quan"}}
    store_template(TEMPLATE, parameters={"layout": {"set": "nd30", "body": "Ủy ban", **sets}})
    return user("quan-ly", [(Role.PROGRAMME_MANAGER, DISTRICT)], "Lò Thị Hoa")


def put(words: str, by: User, unit: int = DISTRICT, **more: Any) -> None:
    put_template_in_use(
        code="thu", org_unit_id=unit, content=make_docx([words]), file_name="mau.docx", by=by, at=NOW, **more
    )  # fmt: skip


def words_of(place: int = DISTRICT) -> str:
    return text_of_docx(make(place).content)


def test_an_edited_template_is_used_from_now_on_by_the_unit_and_those_below(manager: User) -> None:
    before = make()

    put("Bà con góp {{ so('ngay_cong') }} ngày công.", manager)

    assert "Bà con góp 1.234 ngày công." in words_of() and "Bà con góp 1.200" in words_of(WEST)
    assert "Ủy ban, nd30" in words_of(PROVINCE)
    assert "Ủy ban, nd30" in text_of_docx(read_bytes(ReportRun.objects.get(pk=before.run.pk).file_id))
    assert read_run(make().run)[1].template_file == list_own("thu", DISTRICT)[0].file_id
    line = AuditLine.objects.get(action="report-template.put")
    assert (line.actor, line.detail["number"], line.detail["org_unit"]) == ("Lò Thị Hoa", 1, DISTRICT)


def _days(run: ReportRun) -> Any:
    from caunoi.periods.rules import Days

    return Days(run.day_from, run.day_to)


def test_pressing_again_after_the_template_changed_makes_another_report(manager: User) -> None:
    run = make(by=manager.actor).run
    assert find_same_run("thu", DISTRICT, _days(run), LAST, manager.pk) == run

    put("{{ so('ngay_cong') }}", manager)

    assert find_same_run("thu", DISTRICT, _days(run), LAST, manager.pk) is None


def test_the_nearest_unit_decides_and_going_back_uses_what_stands_above(manager: User) -> None:
    put("Huyện: {{ so('ngay_cong') }}", manager)
    put("Xã: {{ so('ngay_cong') }}", manager, WEST)
    assert "Xã: 1.200" in words_of(WEST) and "Huyện: 34" in words_of(EAST)

    go_back_to_pack(code="thu", org_unit_id=WEST, by=manager, at=NOW)
    assert "Huyện: 1.200" in words_of(WEST)
    go_back_to_pack(code="thu", org_unit_id=DISTRICT, by=manager, at=NOW)
    assert "Ủy ban, nd30" in words_of(WEST)
    with pytest.raises(TemplateUnchanged):
        go_back_to_pack(code="thu", org_unit_id=WEST, by=manager, at=NOW)
    use_own_again(code="thu", org_unit_id=WEST, number=1, by=manager, at=NOW)
    assert "Xã: 1.200" in words_of(WEST)
    assert [one.number for one in list_own("thu", WEST)] == [3, 2, 1]


def test_a_template_with_mistakes_is_refused_with_their_paragraphs(manager: User) -> None:
    with pytest.raises(TemplateBroken) as refused:
        put("{{ so('ngay_congg') }}", manager)

    assert "Đoạn 1 “{{ so('ngay_congg') }}”: không có chỉ tiêu nào" in refused.value.mistakes[0].message
    assert list_own("thu", DISTRICT) == []


def test_only_who_manages_the_unit_changes_its_templates(manager: User) -> None:
    with pytest.raises(TemplatesNotYours):
        put("{{ so('ngay_cong') }}", manager, PROVINCE)
    with pytest.raises(TemplatesNotYours):
        set_body_layout(
            org_unit_id=DISTRICT, template_code="", layout=LAYOUT,
            by=user("duyet", [(Role.APPROVER, DISTRICT)]), at=NOW,
        )  # fmt: skip


def test_what_a_pack_brings_later_is_offered_and_overwrites_nothing(manager: User) -> None:
    put("Của huyện: {{ so('ngay_cong') }}", manager)
    newer = store_bytes(make_docx(["Gói mới: {{ so('ngay_cong') }}"]), media_type=MEDIA_TYPE, at=AT)
    ReportTemplate.objects.update(template=newer)

    used = find_in_use("thu", DISTRICT, LAST, get_snapshot())
    assert used.has_newer_from_pack and "Của huyện: 1.234" in words_of()
    use_own_again(code="thu", org_unit_id=DISTRICT, number=1, by=manager, at=NOW)  # kept, knowing of the newer one
    assert not find_in_use("thu", DISTRICT, LAST, get_snapshot()).has_newer_from_pack
    go_back_to_pack(code="thu", org_unit_id=DISTRICT, by=manager, at=NOW)
    assert "Gói mới: 1.234" in words_of()


def test_a_body_that_does_not_follow_the_decree_has_its_layout_in_every_template(manager: User) -> None:
    set_body_layout(org_unit_id=DISTRICT, template_code="", layout=LAYOUT, by=manager, at=NOW)

    assert "Ban Tuyên vận, khac: 1.200" in words_of(WEST) and "Ủy ban, nd30" in words_of(PROVINCE)
    of_one = {**LAYOUT, "body": "Mặt trận"}
    set_body_layout(org_unit_id=DISTRICT, template_code="thu", layout=of_one, by=manager, at=NOW)
    assert "Mặt trận, khac" in words_of()
    for code in ("thu", ""):
        set_body_layout(org_unit_id=DISTRICT, template_code=code, layout=None, by=manager, at=NOW)
    assert "Ủy ban, nd30" in words_of()
    assert AuditLine.objects.filter(action="report-layout.remove").count() == 2


def test_a_second_body_is_chosen_with_the_report_and_the_usual_one_stays(manager: User) -> None:
    set_body_layout(org_unit_id=DISTRICT, template_code="", layout=LAYOUT, by=manager, at=NOW, body="Ban Tuyên vận")

    def words(**options: Any) -> str:
        return text_of_docx(make(WEST, by=manager.actor, **options).content)

    assert "Ủy ban, nd30" in words() and "Ban Tuyên vận, khac: 1.200" in words(body="Ban Tuyên vận")
    assert list_bodies(WEST, LAST, get_snapshot()) == ["Ban Tuyên vận"]
    assert list_bodies(PROVINCE, LAST, get_snapshot()) == []
    mine = ReportRun.objects.order_by("pk").last()
    assert mine is not None and mine.body == "Ban Tuyên vận"
    assert find_same_run("thu", WEST, _days(mine), LAST, manager.pk, body="Ban Tuyên vận") == mine
    with pytest.raises(BodyUnknown, match="Các cơ quan có thể thức riêng: Ban Tuyên vận"):
        make(WEST, body="Mặt trận")
    with pytest.raises(BodyUnknown, match="Hãy thêm cơ quan"):
        make(PROVINCE, body="Ban Tuyên vận")
