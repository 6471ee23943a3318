"""Criteria that fall into parts: a province fills them in with days and thresholds by group, communes show evidence."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.assessments.actions import group_unit, state_criterion
from caunoi.assessments.errors import StatementRefused
from caunoi.assessments.models import CriteriaSet, CriterionStatement
from caunoi.assessments.queries import judge_units
from caunoi.assessments.rules.criteria import (
    AT_LEAST,
    Judged,
    Part,
    SetCriterion,
    count_progress,
    judge_parts,
    list_parts,
    read_parts,
    write_criteria,
    write_parts,
)
from caunoi.assessments.tests.builders import province_officer, store_world
from caunoi.audit.models import AuditLine
from caunoi.audit.rules import Actor
from caunoi.desk.tests.builders import signed_in, user
from caunoi.documents.uploads import prepare_file
from caunoi.packs.actions import load_pack, load_parts
from caunoi.packs.reading import read_pack
from caunoi.packs.rules import criteria_parts, criteria_sets
from caunoi.packs.tests.builders import table
from caunoi.packs.tests.test_ratings import right, with_ratings
from caunoi.refusals import FileRefused

COMMUNE, OTHER = 2, 5
TODAY = moments.today()
START = TODAY - timedelta(days=200)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
ROADS = SetCriterion("duong", "1. Giao thông", "1. Roads")
POWER = SetCriterion("dien", "2. Điện", "2. Power")
COLUMNS = [*criteria_parts.COLUMNS, *criteria_parts.OPTIONAL]
Row = dict[str, str]


@pytest.fixture
def set_(db: None) -> CriteriaSet:
    store_world()
    return CriteriaSet.objects.create(
        pack="thu", code="ntm", title_vi="Nông thôn mới", title_en="New rural", level="commune", from_day=START,
        criteria=write_criteria([ROADS, POWER]),
        groups=[{"code": code, "name_vi": f"Nhóm {code[-1]}", "name_en": code} for code in ("nhom_1", "nhom_2")],
        parts_in_set=47,
    )  # fmt: skip


def part(code: str = "cung_hoa", **changed: str) -> Row:
    row = {
        "set": "ntm", "criterion": "duong", "code": code, "name_vi": f"Chỉ tiêu {code}", "test": "at_least",
        "thresholds": "nhom_1=80;nhom_2=60.5", "unit": "%",
    }  # fmt: skip
    return row | changed


def by_hand(code: str = "bien_bao", **changed: str) -> Row:
    return part(code, **({"test": "hand", "thresholds": "", "unit": ""} | changed))


def fill(*rows: Row) -> int | None:
    return load_parts("ntm", "chi-tieu.csv", table(COLUMNS, rows).encode(), by=Actor("Người thử"), at=moments.now())


def cells(*rows: Row) -> set[tuple[int, str]]:
    with pytest.raises(FileRefused) as refused:
        fill(*rows)
    return {(one.row, one.column) for one in refused.value.mistakes}


def into_group(set_: CriteriaSet, group: str, day: date = START) -> None:
    group_unit(set_=set_, org_unit_id=COMMUNE, group=group, from_day=day, by=officer(), at=moments.now())


def officer() -> User:
    return User.objects.filter(username="tinh").first() or province_officer()


def state(set_: CriteriaSet, code: str, day: date = START, **said: object) -> CriterionStatement:
    set_.refresh_from_db()
    return state_criterion(
        set_=set_, criterion=code, org_unit_id=COMMUNE, day=day, evidence="Biên bản số 5", by=officer(),
        at=moments.now(), **said,
    )  # fmt: skip


def roads_on(set_: CriteriaSet, day: date) -> Judged:
    set_.refresh_from_db()
    return judge_units(set_, [COMMUNE], day)[COMMUNE][0]


# -- What is met ------------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=9))
def test_a_criterion_is_met_when_all_its_parts_are_and_not_as_soon_as_one_is_not(said: list[bool | None]) -> None:
    rule = SetCriterion("a", "a", "a")

    judged = judge_parts(rule, [Judged(rule, met) for met in said])

    assert judged.met is (False if False in said else True if None not in said else None)
    progress = count_progress(list_parts([judged]))
    assert (progress.met, progress.unmet, progress.in_set) == (said.count(True), said.count(False), len(said))


def test_a_measured_part_is_judged_by_the_threshold_of_the_group_of_the_day(set_: CriteriaSet) -> None:
    fill(part(), by_hand())
    into_group(set_, "nhom_1")
    later = TODAY - timedelta(days=1)

    state(set_, "bien_bao", met=True)
    stated = state(set_, "cung_hoa", value=Decimal("72.5"))
    before = roads_on(set_, later)
    into_group(set_, "nhom_2", TODAY)

    assert (stated.met, before.met, [one.met for one in before.parts]) == (False, False, [False, True])
    assert [one.threshold for one in before.parts] == [80, None]
    after = roads_on(set_, TODAY)
    assert (after.met, after.parts[0].threshold, after.parts[0].figure) == (True, Decimal("60.5"), Decimal("72.5"))


def test_a_part_holds_on_its_own_days_and_a_day_before_them_is_judged_as_it_was(set_: CriteriaSet) -> None:
    state(set_, "duong", met=True)

    fill(by_hand(**{"from": TODAY.isoformat()}))

    assert roads_on(set_, TODAY - timedelta(days=1)).met is True
    assert (roads_on(set_, TODAY).met, len(roads_on(set_, TODAY).parts)) == (None, 1)
    with pytest.raises(StatementRefused, match="chỉ tiêu thành phần"):
        state(set_, "duong", TODAY, met=True)
    with pytest.raises(StatementRefused, match="không có tiêu chí, chỉ tiêu này"):
        state(set_, "bien_bao", TODAY - timedelta(days=1), met=True)


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        ("cung_hoa", {"met": True}, "ghi giá trị đo được"),
        ("cung_hoa", {"value": Decimal("70")}, "chưa được xếp vào nhóm"),
        ("cung_hoa", {"value": Decimal("70.1234567")}, "6 chữ số"),
        ("cung_hoa", {"value": Decimal(10) ** 12}, "12 chữ số"),
        ("bien_bao", {"value": Decimal("70")}, "đạt hay chưa đạt"),
    ],
)
def test_what_a_part_needs_to_be_judged_is_asked_for(
    set_: CriteriaSet, code: str, said: dict[str, object], told: str
) -> None:
    fill(part(), by_hand())

    with pytest.raises(StatementRefused, match=told):
        state(set_, code, **said)
    assert not CriterionStatement.objects.exists()


# -- Filling in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"criterion": "cau"}, "criterion"),
        ({"code": "dien"}, "code"),
        ({"code": "Mã"}, "code"),
        ({"name_vi": ""}, "name_vi"),
        ({"test": "hand"}, "thresholds"),
        ({"thresholds": "nhom_1=80"}, "thresholds"),
        ({"thresholds": "nhom_9=80;70"}, "thresholds"),
        ({"thresholds": "70%"}, "thresholds"),
        ({"thresholds": "70;80"}, "thresholds"),
        ({"formula": "khong_co"}, "formula"),
        ({"from": "2026-13-01"}, "from"),
        ({"from": "2026-05-01", "to": "2026-04-01"}, "to"),
        ({"set": "ntm_2"}, "set"),
    ],
)
def test_a_mistake_is_named_by_its_cell_and_nothing_is_filled_in(set_: CriteriaSet, changed: Row, column: str) -> None:
    assert cells(by_hand(), part(**changed)) == {(3, column)}
    set_.refresh_from_db()
    assert set_.parts == []


def test_an_empty_file_and_a_code_twice_are_told(set_: CriteriaSet) -> None:
    assert cells({"set": "ntm", "criterion": "duong"}) == {(0, "")}
    assert cells(part(), part()) == {(3, "code")}


def test_what_was_filled_in_comes_back_as_the_same_file_and_an_audit_line_tells_of_it(set_: CriteriaSet) -> None:
    assert fill(part(), by_hand(**{"from": "01/02/2030", "to": "2030-12-31"})) == 2
    set_.refresh_from_db()
    written = io.StringIO()
    csv.writer(written).writerows(criteria_parts.write_rows("ntm", [ROADS, POWER], read_parts(set_.parts)))

    again = load_parts("ntm", "lai.csv", written.getvalue().encode(), by=Actor("Người thử"), at=moments.now())

    assert again is None
    line = AuditLine.objects.get(action="criteria_set.parts")
    assert set(line.detail) == {"cung_hoa", "bien_bao"} and line.detail["cung_hoa"][0] is None


OLD = {"thresholds": "70", "unit": "%"}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([part(**OLD)], set()),
        ([part(**OLD, name_vi="Tên rõ hơn")], set()),
        ([part(**OLD, to=TODAY.isoformat())], set()),
        ([part(**OLD), part("moi", **{"from": TODAY.isoformat()})], set()),
        ([part(**(OLD | {"thresholds": "75"}))], {(2, "thresholds")}),
        ([part(**OLD, to=(TODAY - timedelta(days=1)).isoformat())], {(2, "to")}),
        ([part(**OLD), part("moi")], {(3, "from")}),
        ([part(**OLD), part("moi", **{"from": (TODAY - timedelta(days=1)).isoformat()})], {(3, "from")}),
        ([by_hand(code="khac", **{"from": TODAY.isoformat()})], {(0, "code")}),
    ],
)
def test_days_gone_by_are_never_judged_anew_once_something_was_said(
    set_: CriteriaSet, rows: list[Row], told: set[tuple[int, str]]
) -> None:
    fill(part(**OLD))
    state(set_, "cung_hoa", value=Decimal("71"))
    days = [START + timedelta(days=n) for n in range((TODAY - START).days)]
    before = [roads_on(set_, day).met for day in days[:: max(1, len(days) // 5)]]

    if told:
        assert cells(*rows) == told
    else:
        fill(*rows)

    assert [roads_on(set_, day).met for day in days[:: max(1, len(days) // 5)]] == before


def test_a_province_fills_in_on_the_page_and_whoever_may_not_load_packs_only_reads(set_: CriteriaSet) -> None:
    manager = signed_in(user("quan-ly", [(Role.PROGRAMME_MANAGER, 1)]))
    reader = signed_in(user("xa", [(Role.APPROVER, COMMUNE)]))
    file = table(COLUMNS, [part(), by_hand()]).encode()

    template = manager.get("/criteria-parts/ntm/?format=csv").content.decode("utf-8-sig")
    refused = send(reader, file)
    wrong = send(manager, table(COLUMNS, [part(criterion="cau")]).encode())
    done = send(manager, file)

    assert template.splitlines()[1:] == ["ntm,duong,,,,,,,,,", "ntm,dien,,,,,,,,,"]
    assert (refused.status_code, wrong.status_code, done.status_code) == (403, 422, 302)
    assert "Bộ không có tiêu chí “cau”" in wrong.content.decode()
    page = reader.get("/criteria-parts/ntm/").content.decode()
    assert "Đã điền 2/47 chỉ tiêu" in page and "Từ 60,5 %" in page and "Nhóm 2" in page
    assert 'type="file"' not in page


def send(client: Client, content: bytes):  # type: ignore[no-untyped-def]  # the test client's answer
    return client.post("/criteria-parts/ntm/", {"file": SimpleUploadedFile("chi-tieu.csv", content)})


# -- Evidence ---------------------------------------------------------------------------------------------------------


def test_a_commune_s_page_lists_what_is_missing_part_by_part_with_evidence_files_and_who_confirmed(
    set_: CriteriaSet,
) -> None:
    fill(part(), by_hand(), by_hand("den_duong"))
    into_group(set_, "nhom_1")
    page = signed_in(officer())
    day = f"{START:%d/%m/%Y}"

    sent = page.post(
        "/criteria/ntm/u2/",
        {
            "criterion": "cung_hoa", "met": "", "value": "85,5", "day": day, "evidence": "Biên bản nghiệm thu",
            "uploads": SimpleUploadedFile("bien-ban.pdf", PDF),
        },
    )  # fmt: skip
    page.post("/criteria/ntm/u2/", {"criterion": "bien_bao", "met": "no", "day": day, "evidence": "Chưa có biển"})

    assert sent.status_code == 302
    text = page.get("/criteria/ntm/u2/").content.decode()
    missing = text[text.index('id="missing"') : text.index("</section>", text.index('id="missing"'))]
    assert "1. Giao thông" in missing and "Chỉ tiêu bien_bao" in missing and "Chỉ tiêu den_duong" in missing
    assert "Chỉ tiêu cung_hoa" not in missing
    assert "Chỉ tiêu thành phần: đạt 1/3" in text and "85,5 %" in text and "từ 80 %" in text
    assert "Trần Văn Tỉnh xác nhận" in text
    table_ = page.get("/criteria/ntm/?format=csv").getvalue().decode("utf-8-sig")
    assert "1. Giao thông (Chỉ tiêu bien_bao, Chỉ tiêu den_duong); 2. Điện" in table_


def test_an_evidence_file_is_read_by_who_may_see_the_commune_only(set_: CriteriaSet) -> None:
    fill(by_hand())
    stated = state(set_, "bien_bao", met=True, files=[prepare_file("bien-ban.pdf", PDF)])
    address = f"/criteria/ntm/u2/files/{stated.files.get().pk}/"

    own = signed_in(officer()).get(address)

    assert own.getvalue() == PDF
    assert "attachment" in own["Content-Disposition"]
    assert signed_in(user("ngoai", [(Role.VIEWER, OTHER)])).get(address).status_code == 404
    assert signed_in(officer()).get(address.replace("u2", "u5")).status_code == 404
    line = AuditLine.objects.get(action="criterion.state")
    assert line.detail["files"] == ["bien-ban.pdf"]


# -- In a pack --------------------------------------------------------------------------------------------------------


def rows_with(parts: list[Row]) -> dict[str, list[Row]]:
    return {**right(), criteria_sets.PARTS: [dict.fromkeys(COLUMNS, "") | one for one in parts]}


def of_pack(code: str, **changed: str) -> Row:
    return by_hand(code, **({"criterion": "nha_o"} | changed))


@pytest.mark.django_db
def test_a_pack_brings_parts_and_one_without_them_leaves_what_was_filled_in_on_the_page(tmp_path: Path) -> None:
    by, at = Actor("Người thử"), moments.now()
    load_pack(with_ratings(tmp_path, rows_with([of_pack("mai_nha")])), by=by, at=at)
    brought = [one.rule.code for one in read_parts(CriteriaSet.objects.get().parts)]
    fill(of_pack("nen_nha"))

    load_pack(with_ratings(tmp_path, rows_with([])), by=by, at=at)

    assert brought == ["mai_nha"]
    assert [one.rule.code for one in read_parts(CriteriaSet.objects.get().parts)] == ["nen_nha"]


def test_a_mistake_in_the_parts_of_a_pack_is_named_by_file_row_and_column(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(with_ratings(tmp_path, rows_with([of_pack("mai_nha", criterion="nha_x")])))

    assert {(one.file, one.row, one.column) for one in refused.value.mistakes} == {
        (criteria_sets.PARTS, 2, "criterion")
    }


def test_parts_are_kept_exactly() -> None:
    rule = SetCriterion("a", "A", "A", AT_LEAST, "", "%", (("", Decimal("70.10")), ("nhom_1", Decimal(80))))
    parts = [Part("x", rule, date(2026, 1, 1), None), Part("x", SetCriterion("b", "B", "B"))]

    assert read_parts(write_parts(parts)) == parts
