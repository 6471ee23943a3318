"""A second programme, made only of files: from its folder to figures and a report, and beside the first one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from django.test import Client

from caunoi.accounts.models import Role
from caunoi.cli.figures import figures
from caunoi.cli.report import report
from caunoi.meetings import actions as meetings
from caunoi.meetings.rules.drafts import MeetingDraft
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.tests.builders import HOAT_DONG, element, tiny_pack, word
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming, approve_many, receive_many
from caunoi.records.entities.actions import reach_stage
from caunoi.records.models import Entity, Submission
from caunoi.records.tests.builders import BY, unit, user
from caunoi.refusals import FileRefused
from caunoi.training import actions as training
from caunoi.training.rules.drafts import ClassDraft

pytestmark = pytest.mark.django_db
EXTENSION = Path(__file__).parents[3] / "packs" / "khuyen-nong"
AT = local_moment(date(2026, 4, 3))


def answered(form_code: str, place: OrgUnit, period_key: str = "", **answers: str) -> Incoming:
    return Incoming(form_code, place.pk, AT, period_key, answers=answers)


def crops(village: OrgUnit, rice: str, households: str) -> Incoming:
    return answered(
        "kn_san_xuat_thang", village, "2026-03", ha_lua=rice, ha_ngo="2.5", ha_rau_mau="0.75", ha_cay_lau_nam="0",
        so_luot_ho="12", so_ho_moi=households,
    )  # fmt: skip


def meeting(commune: OrgUnit, kind: str, turns: str, women: str) -> Incoming:
    return answered(
        "kn_hop_nong_dan", commune, ngay="2026-03-12", loai=kind, cay="lua", so_luot=turns, so_luot_nu=women,
        so_tai_lieu="40",
    )  # fmt: skip


def ask(*codes: str) -> dict[str, str | None]:
    arguments = [*codes, "--place", "Tỉnh Thử", "--from", "2026-03-01", "--to", "2026-03-31", "--json"]
    answer = CliRunner().invoke(figures, arguments, catch_exceptions=False)
    return {one["code"]: one["value"] for one in json.loads(answer.stdout)}


def test_another_programme_goes_from_files_to_figures_and_a_report(tmp_path: Path) -> None:
    load_pack(EXTENSION, by=BY, at=AT)
    province = unit("Tỉnh Thử", "province")
    commune = unit("Xã Thượng", "commune", province)
    villages = [unit(name, "village", commune) for name in ("Thôn Một", "Thôn Hai")]
    sent = [
        crops(villages[0], "10.25", "30"),
        crops(villages[1], "4.5", "21"),
        meeting(commune, "tap_huan", "45", "20"),
        meeting(commune, "hoi_thao_dau_bo", "30", "10"),
        answered(
            "kn_mo_hinh", commune, ngay="2026-03-05", cay="che", dien_tich="1.5", so_ho="9", kinh_phi="32600000",
        ),
        answered(
            "kn_sau_benh", villages[0], ngay="2026-03-20", cay="lua", loai_gay_hai="Đạo ôn lá", muc_do="nang",
            dien_tich="2.4", da_phong_tru="1.8", da_thong_bao="co",
        ),
        answered("kn_chi_tieu_nam", commune, "2026", so_ho="204"),
        answered("kn_so_diem", commune, ngay="2026-03-05", ten="Chè an toàn", cay="che", dien_tich="1.5",
                 trang_thai="dang_lam"),
    ]  # fmt: skip
    received = receive_many(sent, by=BY, at=AT)

    approver = user("tinh", (Role.APPROVER, province))
    done = approve_many([one.submission_id for one in received], by=approver, at=AT)

    assert (len(done.approved), done.refused) == (8, ())
    assert ask(
        "rice_planted_ha", "annual_crops_planted_ha", "farmer_meetings", "field_workshops", "women_attendance_share",
        "households_reached", "households_reached_attainment", "pest_notices_heavy", "pest_area_treated_share",
        "demonstration_sites", "demonstration_support_vnd",
    ) == {
        "rice_planted_ha": "14.75", "annual_crops_planted_ha": "21.25", "farmer_meetings": "2", "field_workshops": "1",
        "women_attendance_share": "40", "households_reached": "51", "households_reached_attainment": "25",
        "pest_notices_heavy": "1", "pest_area_treated_share": "75", "demonstration_sites": "1",
        "demonstration_support_vnd": "32600000",
    }  # fmt: skip

    file = tmp_path / "bao-cao.docx"
    arguments = ["kn-bao-cao-thang", "--place", "Tỉnh Thử", "--period", "2026-03", "-o", str(file)]
    CliRunner().invoke(report, arguments, catch_exceptions=False)
    # Between a number and its unit a line is never broken.
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(file)).paragraphs).replace("\xa0", " ")

    assert "cây hằng năm trong kỳ: 21,25 ha, gồm lúa 14,75 ha" in text
    assert "Triển khai 1 mô hình với quy mô 1,5 ha, 9 lượt hộ tham gia; kinh phí hỗ trợ 32,6 triệu đồng." in text
    assert "diện tích nhiễm 2,4 ha, đã phòng trừ 1,8 ha, đạt 75%" in text
    assert "so với chỉ tiêu năm: 25%" in text
    assert "Đơn vị tiếp cận nhiều hộ nhất: Xã Thượng (51" in text


def test_its_meetings_classes_and_sites_are_held_as_the_first_programme_holds_its_own() -> None:
    load_pack(EXTENSION, by=BY, at=AT)
    province = unit("Tỉnh Thử", "province")
    commune = unit("Xã Thượng", "commune", province)
    officer = user("khuyen-nong-vien", (Role.EDITOR, commune), (Role.APPROVER, commune))
    at = local_moment(date(2026, 3, 20), 17)

    workshop = MeetingDraft(
        kind="kn_hoi_thao", title="Hội thảo đầu bờ lúa chất lượng cao", starts_at=local_moment(date(2026, 3, 12), 8),
        ends_at=local_moment(date(2026, 3, 12), 11), halls=("Ruộng Thôn Một",),
    )  # fmt: skip
    held = meetings.plan_meeting(org_unit_id=commune.pk, draft=workshop, by=officer, at=local_moment(date(2026, 3, 2)))
    meetings.state_attendance(held.pk, {site.pk: 34 for site in held.sites.all()}, by=officer, at=at)
    meetings.take_step(held.pk, "close", asked={"so_luot_nu": 17, "so_tai_lieu": 40}, by=officer, at=at)
    school = ClassDraft(
        kind="kn_dong_ruong", title="quản lý dịch hại tổng hợp", day_from=date(2026, 3, 16), day_to=date(2026, 3, 17),
        place="Nhà văn hóa Thôn Một", hours=12,
    )  # fmt: skip
    taught = training.open_class(org_unit_id=commune.pk, draft=school, by=officer, at=local_moment(date(2026, 3, 2)))
    there = dict(zip(taught.sessions.values_list("pk", flat=True), (25, 23), strict=True))
    training.state_counts(taught.pk, learners=25, completed=22, present=there, by=officer, at=at)
    training.take_step(taught.pk, "close", by=officer, at=at)
    sites = [
        answered("kn_so_diem", commune, ngay="2026-03-05", ten=name, cay="che", dien_tich="1.5", trang_thai="dang_lam")
        for name in ("Chè an toàn", "Chè hữu cơ")
    ]
    receive_many(sites, by=BY, at=local_moment(date(2026, 3, 5), 17))
    site = Entity.objects.get(label="Chè an toàn")
    reach_stage(site.pk, "ket_thuc", date(2026, 3, 19), {}, number=site.current_number, by=officer, at=at)
    waiting = list(Submission.objects.values_list("pk", flat=True))
    done = approve_many(waiting, by=user("tinh", (Role.APPROVER, province)), at=at)

    assert done.refused == ()
    assert ask(
        "field_workshops", "farmer_attendances", "women_attendance_share", "leaflets_issued", "farmer_schools",
        "farmer_school_learners", "farmer_school_completed", "demonstration_sites",
    ) == {
        "field_workshops": "1", "farmer_attendances": "34", "women_attendance_share": "50", "leaflets_issued": "40",
        "farmer_schools": "1", "farmer_school_learners": "25", "farmer_school_completed": "22",
        "demonstration_sites": "1",
    }  # fmt: skip


def test_a_commune_of_90_hectares_is_on_the_approver_s_list_and_one_of_a_usual_size_is_not() -> None:
    load_pack(EXTENSION, by=BY, at=AT)
    province = unit("Tỉnh Thử", "province")
    small, usual = (unit(name, "commune", province) for name in ("Xã Thượng", "Xã Hạ"))
    reviews = [
        answered(
            "kn_to_chuc", place, ngay="2026-03-02", so_to="2", so_thanh_vien="11", so_ho_nong_nghiep="640",
            dien_tich_tu_nhien=area, xep_loai="kha",
        )
        for place, area in ((small, "90"), (usual, "9000"))
    ]  # fmt: skip
    receive_many(reviews, by=BY, at=AT)

    officer = Client()
    officer.force_login(user("tinh", (Role.APPROVER, province)))
    page = officer.get("/checks/?month=03/2026").content.decode()

    assert "“Diện tích tự nhiên” là 90 ha; ở cấp xã thường trong khoảng 100 đến 150.000 ha." in page
    assert page.count("Diện tích tự nhiên") == 1


def test_what_two_packs_both_claim_is_refused_with_the_pack_that_has_it(tmp_path: Path) -> None:
    load_pack(EXTENSION, by=BY, at=AT)
    folder = tiny_pack(
        tmp_path,
        forms={"hoat_dong.md": HOAT_DONG.replace("| | hoat_dong |", "| | kn_mo_hinh |")},
        data_elements=[element("rice_share", form="kn_mo_hinh"), element("farmer_meetings", form="kn_mo_hinh")],
        indicator_rows=[],
        assignment_rows=[],
        relations=[],
        files={"reports/bao-cao.docx": None, "reports/bao-cao.toml": None, "reports/kn-bao-cao-thang.docx": word(),
               "reports/kn-bao-cao-thang.toml": '[title]\nvi = "Báo cáo"\nen = "Report"\n'},
    )  # fmt: skip

    with pytest.raises(FileRefused) as refused:
        load_pack(folder, by=BY, at=AT)

    assert {(one.file, one.value, one.message) for one in refused.value.mistakes} == {
        ("forms/hoat_dong.md", "kn_mo_hinh", "Biểu mẫu này thuộc gói “khuyen-nong”; hãy đổi form_id."),
        ("data_elements.csv", "rice_share", "Mã này đã thuộc gói “khuyen-nong”; hãy đặt mã khác."),
        ("data_elements.csv", "farmer_meetings", "Mã này đã thuộc gói “khuyen-nong”; hãy đặt mã khác."),
        ("reports/kn-bao-cao-thang.docx", "kn-bao-cao-thang",
         "Mã mẫu báo cáo này đã thuộc gói “khuyen-nong”; hãy đổi tên tệp."),
    }  # fmt: skip
