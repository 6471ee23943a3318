from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from caunoi import moments
from caunoi.accounts.models import Role
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import page, signed_in
from caunoi.facts.models import DataElement, Relation
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.records.actions import Incoming, approve_many, receive_many
from caunoi.records.models import Submission
from caunoi.records.tests.builders import BY, publish, user
from caunoi.training.actions import set_marks, take_step
from caunoi.training.models import TrainingClass, TrainingKind
from caunoi.training.people import open_learners
from caunoi.training.queries import read_presences
from caunoi.training.tests.builders import AFTER, FIRST, NAMES, Places, add, hold, make_world, open_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


def read(answer: Any) -> bytes:
    """All of it: what is sent piece by piece closes behind the last one."""
    return b"".join(answer.streaming_content)


def typed(**given: str) -> dict[str, str]:
    today = moments.today()
    return {
        "kind": "nghiep_vu", "title": "lớp tuyên truyền miệng", "day_from": f"{today - timedelta(days=1):%d/%m/%Y}",
        "day_to": f"{today:%d/%m/%Y}", "hours": "16", **given,
    }  # fmt: skip


def fields(client: Client, address: str, names: str) -> dict[str, list[str]]:
    return read_fields(page(client, address), names)


def read_fields(shown: str, names: str) -> dict[str, list[str]]:
    """What a browser would send of the page's fields whose names begin so, as nobody touched them."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", shown):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if re.match(names, said.get("name", "")) and (said.get("type") != "checkbox" or " checked" in tag):
            found.setdefault(said["name"], []).append(said.get("value", ""))
    return found


def as_csv(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return SimpleUploadedFile("danh-sach.csv", text.getvalue().encode("utf-8-sig"), "text/csv")


def test_a_class_is_opened_filled_counted_marked_closed_and_certified(places: Places) -> None:
    office = signed_in(places.officer)
    assert office.post("/training/new/", typed()).status_code == 302
    found = TrainingClass.objects.get()
    address = f"/training/{found.pk}/"

    office.post(f"{address}learners/", {"place": "Thôn 1", "names": "\n".join(NAMES)})
    first, second, third = found.learners.values_list("pk", flat=True)
    one, other = found.sessions.values_list("pk", flat=True)
    assert NAMES[0] in page(office, f"{address}attendance/?session={one}")
    ticks = {f"there-{one}": [first, second], f"there-{other}": [first], "learner": [first, second, third]}
    office.post(f"{address}attendance/?session=all", ticks)
    office.post(f"{address}marks/", {f"mark-{first}": "8,5", f"mark-{second}": "5"})
    shown = page(office, address)
    assert "Giỏi" in shown and "2/2" in shown and "1/2" in shown
    office.post(f"{address}close/")

    answers = Submission.objects.get()
    assert answers.form.code == "dao_tao" and "Đã kết thúc" in page(office, address)
    dossier = office.post(f"{address}certificates/", follow=True)
    assert NAMES[0] in dossier.content.decode() and NAMES[1] not in dossier.content.decode()
    assert "Hồ sơ cấp giấy chứng nhận của lớp" in page(office, address)
    assert "lớp tuyên truyền miệng" in page(office, "/training/?q=tuyen+truyen&state=closed&sort=title")
    assert "Chưa có lớp nào" in page(office, "/training/?q=khac")
    export = read(office.get("/training/export.csv")).decode()
    assert "lớp tuyên truyền miệng" in export and NAMES[0] not in export


def test_a_changed_class_is_told_to_the_audit(places: Places) -> None:
    found, office = open_one(places), signed_in(places.officer)

    days = {"day_from": f"{found.day_from:%d/%m/%Y}", "day_to": f"{found.day_to:%d/%m/%Y}"}
    office.post(f"/training/{found.pk}/edit/", typed(title="Lớp khác", number=str(found.number), **days))

    found.refresh_from_db()
    assert found.title == "Lớp khác"
    assert AuditLine.objects.filter(action="training.change", subject=found.subject).exists()


def test_what_is_mistyped_stays_on_the_page_with_what_is_wrong(places: Places) -> None:
    office = signed_in(places.officer)
    wrong = office.post("/training/new/", typed(day_to="01/01/2020", title="lớp này"))
    assert wrong.status_code == 422 and "lớp này" in wrong.content.decode()
    found = open_one(places)
    address, learner = f"/training/{found.pk}/", add(found, places)[0]

    marks = office.post(f"{address}marks/", {f"mark-{learner.pk}": "11"})
    twice = office.post(f"{address}learners/", {"place": "Thôn 1", "names": NAMES[0]})
    session = office.post(f"{address}session/", {"day": "01/01/2020", "title": "Sáng"})

    assert marks.status_code == 422 and "ngoài thang điểm" in marks.content.decode()
    assert 'value="11"' in marks.content.decode()
    assert twice.status_code == 422 and "người khác trùng tên" in twice.content.decode()
    assert session.status_code == 422 and "nằm ngoài thời gian của lớp" in session.content.decode()
    assert office.post(f"{address}nothing/").status_code == 404


def test_taking_a_learner_off_the_list_asks_first_and_says_that_it_is_final(places: Places) -> None:
    office, found = signed_in(places.officer), open_one(places)
    add(found, places, NAMES[0])

    shown = page(office, f"/training/{found.pk}/").split("remove-learner/")[1].split("</details>")[0]

    assert f"Bỏ “{NAMES[0]}”?" in shown and "xóa vĩnh viễn, không lấy lại được" in shown


def test_a_spreadsheet_of_learners_tells_all_its_mistakes_at_once(places: Places) -> None:
    office, found = signed_in(places.officer), open_one(places)
    learner = add(found, places, NAMES[0])[0]
    address = f"/training/{found.pk}/"
    head = ("Số", "Họ và tên", "Đơn vị", "Điểm")
    wrong = as_csv(
        head, ("", "Lý A Sùng", "Thôn 1", "11"), ("", "Lý A Phủ", "Xã Không Có", ""), ("999", "Ai", "", "5"),
        ("", NAMES[0], "Thôn 1", ""), (str(learner.pk), "Tên khác", "", "7"), ("", "Má Di", "", "bảy"),
    )  # fmt: skip

    refused = office.post(f"{address}bring/", {"file": wrong})
    good = as_csv(head, (str(learner.pk), NAMES[0], "", "9"), ("", "Lý A Sùng", "Thôn 1", "6,5"), ("", "Má Di", "", ""))
    strange = as_csv(("Họ và tên", "Tôn giáo"), ("Ai Đó", "x"))

    shown = refused.content.decode()
    assert refused.status_code == 422 and "6 lỗi" in shown and shown.count('class="num">') >= 6
    assert "Danh sách lớp không có cột này" in office.post(f"{address}bring/", {"file": strange}).content.decode()
    assert found.learners.count() == 1
    assert office.post(f"{address}bring/", {"file": good}).status_code == 302
    assert found.learners.count() == 3 and 'value="6,5"' in page(office, address)
    workbook = read(office.get(f"{address}list.xlsx"))
    assert workbook.startswith(b"PK")


def test_two_officers_who_mark_one_class_do_not_clear_each_others_marks(places: Places) -> None:
    one, other = signed_in(places.officer), signed_in(user("can-bo-hai", (Role.EDITOR, places.commune)))
    found = open_one(places)
    first, second, third = (learner.pk for learner in add(found, places))
    address = f"/training/{found.pk}/"
    ones, others = (fields(client, address, "mark-|was-") for client in (one, other))

    assert one.post(f"{address}marks/", ones | {f"mark-{first}": "8,5", f"mark-{third}": "6"}).status_code == 302
    told = other.post(f"{address}marks/", others | {f"mark-{second}": "7", f"mark-{third}": "5"})

    assert told.status_code == 409
    shown = told.content.decode()
    assert f"{NAMES[2]} (bạn ghi 5, đang giữ 6)" in shown and NAMES[0] + " (bạn ghi" not in shown
    opened = open_learners(found.learners.all())
    assert [opened[pk].mark for pk in (first, second, third)] == [Decimal("8.5"), Decimal(7), Decimal(6)]
    again = fields(other, address, "mark-|was-")
    assert other.post(f"{address}marks/", again | {f"mark-{third}": "5"}).status_code == 302
    assert open_learners(found.learners.all())[third].mark == 5


def test_what_others_wrote_while_a_refused_mark_was_mended_stays(places: Places) -> None:
    office, found = signed_in(places.officer), open_one(places)
    first, second, third = (learner.pk for learner in add(found, places))
    address = f"/training/{found.pk}/"
    sent = fields(office, address, "mark-|was-")
    set_marks(found.pk, {first: Decimal(8), second: Decimal(9)}, by=places.officer, at=moments.now())

    refused = office.post(f"{address}marks/", sent | {f"mark-{first}": "7", f"mark-{third}": "11"})
    again = read_fields(refused.content.decode(), "mark-|was-")
    mended = office.post(f"{address}marks/", again | {f"mark-{third}": "10"})

    assert (refused.status_code, mended.status_code) == (422, 409)
    assert [again[f"mark-{pk}"] for pk in (first, second, third)] == [["7"], ["9"], ["11"]]
    opened = open_learners(found.learners.all())
    assert [opened[pk].mark for pk in (first, second, third)] == [8, 9, 10]


def test_two_officers_who_tick_one_session_keep_each_others_ticks(places: Places) -> None:
    one, other = signed_in(places.officer), signed_in(user("can-bo-hai", (Role.EDITOR, places.commune)))
    found = open_one(places)
    first, second, third = (learner.pk for learner in add(found, places))
    session = found.sessions.values_list("pk", flat=True)[0]
    address, there = f"/training/{found.pk}/attendance/?session={session}", f"there-{session}"
    one.post(address, fields(one, address, "learner|was-") | {there: [first, second]})
    ones, others = (fields(client, address, "learner|was-|there-") for client in (one, other))

    one.post(address, ones | {there: [first, second, third]})
    other.post(address, others | {there: [second]})

    assert read_presences(found)[session] == {second, third}


def test_a_list_brought_back_leaves_marks_alone_where_its_cells_are_empty(places: Places) -> None:
    office, found = signed_in(places.officer), open_one(places)
    first, second, _third = (learner.pk for learner in add(found, places))
    set_marks(found.pk, {first: Decimal(8), second: Decimal(9)}, by=places.officer, at=moments.now())
    head = ("Số", "Họ và tên", "Đơn vị", "Điểm")
    rows = ((str(first), NAMES[0], "", ""), (str(second), NAMES[1], "", "9,5"), ("", "Má Thị Di", "Thôn 1", "7"))
    twice = as_csv(head, (str(first), NAMES[0], "", ""), (str(first), NAMES[0], "", "7"))

    assert office.post(f"/training/{found.pk}/bring/", {"file": twice}).status_code == 422
    assert office.post(f"/training/{found.pk}/bring/", {"file": as_csv(head, *rows)}).status_code == 302

    opened = open_learners(found.learners.all())
    assert (opened[first].mark, opened[second].mark, len(opened)) == (8, Decimal("9.5"), 4)


def test_an_older_list_brought_back_undoes_no_newer_mark(places: Places) -> None:
    office, found = signed_in(places.officer), open_one(places)
    first, second, third = (learner.pk for learner in add(found, places))
    set_marks(found.pk, {first: Decimal(8), second: Decimal(9)}, by=places.officer, at=moments.now())
    head = ("Số", "Họ và tên", "Đơn vị", "Điểm", "Điểm khi tải")
    file = io.BytesIO(office.get(f"/training/{found.pk}/list.xlsx").getvalue())
    told = [[str(cell or "") for cell in row] for row in load_workbook(file).active.iter_rows(values_only=True)]
    set_marks(found.pk, {first: Decimal(5), second: Decimal(6)}, by=places.officer, at=moments.now())

    address, rows = f"/training/{found.pk}/bring/", {int(row[0]): row for row in told[1:]}
    rows[third][3] = "7,5"
    brought = office.post(address, {"file": as_csv(head, *rows.values())})
    rows[second][3] = "9,5"
    clashing = office.post(address, {"file": as_csv(head, *rows.values())})

    assert tuple(told[0]) == head and brought.status_code == 302
    assert clashing.status_code == 422 and "đã đổi sau khi danh sách được tải" in clashing.content.decode()
    opened = open_learners(found.learners.all())
    assert [opened[pk].mark for pk in (first, second, third)] == [5, 6, Decimal("7.5")]


def test_names_and_marks_are_for_the_holders_officers_and_each_reading_is_written_down(places: Places) -> None:
    found = open_one(places)
    learner = add(found, places)[0]
    address = f"/training/{found.pk}/"
    above, stranger = signed_in(places.viewer), signed_in(user("xa-khac", (Role.EDITOR, places.other)))

    shown = page(above, address)

    assert "3 người" in shown and NAMES[0] not in shown
    page(above, f"{address}attendance/", 403)
    page(above, f"{address}list.xlsx", 403)
    page(above, f"{address}learners/{learner.pk}.json", 403)
    page(stranger, address, 404)
    assert stranger.post(f"{address}close/").status_code == 404
    assert above.post(f"{address}learners/", {"names": "Ai Đó"}).status_code == 403
    assert not AuditLine.objects.filter(action="training.read").exists()
    office = signed_in(places.officer)
    assert NAMES[0] in page(office, address)
    assert AuditLine.objects.filter(action="training.read", subject=found.subject).count() == 1
    assert NAMES[0] in page(office, f"{address}learners/{learner.pk}.json")
    office.post(f"{address}erase-learner/", {"learner": learner.pk, "because": "Người học yêu cầu"})
    assert NAMES[0] not in page(office, address)


def test_a_class_of_counts_has_no_names(places: Places) -> None:
    office = signed_in(places.officer)
    office.post("/training/new/", typed(kind="ly_luan"))
    found = TrainingClass.objects.get()
    address = f"/training/{found.pk}/"
    one, other = found.sessions.values_list("pk", flat=True)

    counts = {"learners": "30", "completed": "29", f"present-{one}": "30", f"present-{other}": "28"}
    assert office.post(f"{address}counts/", {**counts, "learners": "ba mươi"}).status_code == 422
    office.post(f"{address}counts/", counts)
    office.post(f"{address}close/")

    shown = page(office, address)
    assert "58" in shown and "Thêm người học" not in shown


def declare_plan(places: Places) -> None:
    """Classes held are counted, and planned by the year's form, for the commune."""
    common = {"unit": "lớp", "kind": "flow", "levels": ["commune"], "pack": "thu", "known_from": 1, "decimals": 0}
    DataElement.objects.create(
        code="lop", name_vi="Lớp đã mở", name_en="Classes", form_code="dao_tao", expression="1", day="${ngay}",
        nature="result", **common,
    )  # fmt: skip
    DataElement.objects.create(
        code="lop_kh", name_vi="Kế hoạch lớp", name_en="Planned", form_code="chi_tieu_nam",
        expression="${so_lop_nghiep_vu}", day="period", nature="target", **common,
    )  # fmt: skip
    Relation.objects.create(code="lop_kh", relation="target-of", other="lop", pack="thu", known_from=1)
    TrainingKind.objects.filter(code="nghiep_vu").update(figures=["lop"])
    publish("chi_tieu_nam", AssignmentRow("commune", "year", approval_level="province"))


def test_plan_and_result_of_a_year_stand_side_by_side(places: Places) -> None:
    declare_plan(places)
    year = FIRST.year
    planned = Incoming("chi_tieu_nam", places.commune.pk, AFTER, str(year), answers={"so_lop_nghiep_vu": "4"})
    receive_many([planned], by=BY, at=AFTER)
    found = open_one(places)
    hold(found, places)
    take_step(found.pk, "close", by=places.officer, at=AFTER)
    approver = user("tinh", (Role.APPROVER, places.province))
    done = approve_many(list(Submission.objects.values_list("pk", flat=True)), by=approver, at=AFTER)

    shown = page(signed_in(places.officer), f"/training/plan/?year={year}")

    assert done.refused == ()
    cells = re.findall(r'<td data-label="([^"]+)"[^>]*>(.*?)</td>', shown, re.S)
    assert [(label, re.findall(r"[\d.,]+%?", re.sub(r"<[^>]+>", " ", cell))[0]) for label, cell in cells] == [
        ("Kế hoạch", "4"), ("Kết quả", "1"), ("Đạt kế hoạch", "25%"),
    ]  # fmt: skip
    assert "Lớp đã mở" in shown and "Nghiệp vụ" in shown


def test_a_year_without_a_plan_and_an_unknown_place_are_told(places: Places) -> None:
    declare_plan(places)
    office = signed_in(places.officer)

    shown = page(office, f"/training/plan/?year={moments.today().year}")

    assert "chưa giao" in shown and "Lớp đã mở" in shown
    assert f'value="{moments.today().year}"' in shown
    assert 'id="plan-refused"' in page(office, "/training/plan/?place=Khong+Co")


def test_more_learners_and_classes_cost_no_more_questions(places: Places) -> None:
    office, found = signed_in(places.officer), open_one(places)
    add(found, places, NAMES[0])
    addresses = ["/training/", f"/training/{found.pk}/", f"/training/{found.pk}/attendance/?session=all"]

    def count() -> list[int]:
        asked = []
        for address in addresses:
            page(office, address)
            with CaptureQueriesContext(connection) as questions:
                page(office, address)
            asked.append(len(questions))
        return asked

    before = count()
    add(found, places, *NAMES[1:])
    open_one(places, title="lớp khác")

    assert count() == before
