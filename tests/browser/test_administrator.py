"""The administrator: places on any day, a merger by form, users and roles; the auditor: who did what."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.visitor import Viewport, Visitor

PACK = Path(__file__).resolve().parents[2] / "packs" / "tuyen-van"


def test_the_tree_of_places_is_shown_as_it_stood_on_two_days(visitor: Callable[..., Visitor]) -> None:
    admin = visitor("tinh")
    admin.open("/places/", look_as="places")
    expect(admin.page.locator("#tree")).to_contain_text("Tỉnh Lào Cai")

    admin.page.get_by_label("Vào ngày").fill("01/12/2020")
    admin.page.locator("#places-filter button").click()
    expect(admin.page.locator("#tree")).to_contain_text("Tỉnh Yên Bái")
    admin.page.locator("#tree summary", has_text="Tỉnh Lào Cai").click()
    expect(admin.page.locator("#tree")).to_contain_text("Huyện Bát Xát")
    admin.look("places-before-the-reform")


def test_a_unit_tells_its_history_and_names_its_successors(visitor: Callable[..., Visitor]) -> None:
    admin = visitor("tinh")

    admin.open("/places/old:10.082/", look_as="place-district")
    expect(admin.page.locator("#history")).to_contain_text("01/07/2025")
    expect(admin.page.locator("#history")).to_contain_text("Xã Y Tý")

    admin.open("/places/?q=bat xat&on=01/12/2020", look_as="places-found")
    expect(admin.page.locator("#found")).to_contain_text("Huyện Bát Xát")


def test_a_merger_is_previewed_and_then_confirmed(visitor: Callable[..., Visitor], viewport: Viewport) -> None:
    # Each viewport merges two communes of its own: a merged commune cannot be merged again on that day.
    first, second, merged = {
        "phone": ("Xã A Mú Sung", "Xã Trịnh Tường", "Xã Sông Hồng Một"),
        "desktop": ("Xã Bản Xèo", "Xã Mường Hum", "Xã Sông Hồng Hai"),
    }[viewport.name]
    admin = visitor("tinh")
    page = admin.page
    admin.open("/places/succession/?kind=merge", look_as="succession-form")

    page.get_by_label("Có hiệu lực từ ngày").fill("01/11/2026")
    page.get_by_label("Đơn vị thứ 1", exact=True).fill(first)
    page.get_by_label("Đơn vị thứ 2", exact=True).fill(second)
    page.get_by_label("Phần của đơn vị thứ 1").fill("0,7")
    page.get_by_label("Tên đơn vị mới").fill(merged)
    page.locator("#preview").click()
    expect(page.locator("#problems")).to_contain_text("căn cứ")
    admin.look("succession-refused")

    page.get_by_label("Phần của đơn vị thứ 2").fill("0,3")
    page.get_by_label("Căn cứ của các phần").fill("dân số")
    page.get_by_label("Thuộc đơn vị").fill("Tỉnh Lào Cai")
    page.locator("#preview").click()
    expect(page.locator("#units-preview")).to_contain_text(first)
    expect(page.locator("#units-preview")).to_contain_text(merged)
    admin.look("succession-preview")
    page.locator("#confirm").click()

    expect(page.locator("#history")).to_contain_text(merged)
    admin.open("/figures/?codes=labour_days&first=01/01/2023&last=31/12/2023&boundaries=22/11/2026&place=" + merged)
    expect(page.locator("#figures .figure-link").first).not_to_contain_text("–")


def test_a_user_is_made_given_a_role_and_can_sign_in(visitor: Callable[..., Visitor], viewport: Viewport) -> None:
    admin = visitor("tinh")
    page, name = admin.page, f"thon.moi.{viewport.name}"
    admin.open("/users/", look_as="users")
    page.locator("#new-user").click()
    admin.look("user-new")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Họ và tên").fill("Trưởng thôn mới")
    for box in page.locator("input[type=password]").all():
        box.fill("mot-cau-mat-khau-dai")
    page.locator("#new-user-form button[type=submit]").click()
    expect(page.locator("h1")).to_contain_text("Trưởng thôn mới")

    grant = page.locator("#grant-form")
    grant.get_by_label("Vai trò").select_option("recorder")
    grant.get_by_label(re.compile("đơn vị", re.IGNORECASE)).fill("15.02701.12")
    grant.locator("button[type=submit]").click()
    expect(page.locator("#roles")).to_contain_text("Thôn 2")
    admin.look("user")

    someone = visitor()
    someone.sign_in(name, "mot-cau-mat-khau-dai")
    expect(someone.page.locator("#main")).to_contain_text("Thôn 2")


def test_a_commune_officer_may_not_open_the_administrators_pages(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("xa")

    for address in ("/users/", "/places/succession/", "/audit/"):
        answer = officer.page.goto(address)
        assert answer is not None and answer.status in (403, 404), address
    officer.look("not-allowed")


def test_the_auditor_reads_who_did_what_and_checks_the_chain(visitor: Callable[..., Visitor]) -> None:
    auditor = visitor("kiemtra")

    auditor.open("/audit/", look_as="audit")
    expect(auditor.page.locator("#audit-lines tbody tr").first).to_be_visible()
    auditor.page.locator("#verify").click()

    expect(auditor.page.locator("#verified .success")).to_contain_text("nguyên vẹn")
    auditor.look("audit-verified")


def zip_pack(path: Path, *, broken: bool) -> Path:
    """The outreach pack; broken: an element asks a question that its form doesn't have, another code stands twice."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(PACK.rglob("*")):
            if not file.is_file():
                continue
            content = file.read_bytes()
            if broken and file.name == "data_elements.csv":
                lines = content.decode().replace("${so_ngay_cong}", "${so_ngay_cog}").splitlines()
                content = "\n".join([*lines, lines[1]]).encode()
            archive.writestr(f"tuyen-van/{file.relative_to(PACK)}", content)
    return path


def test_a_pack_with_mistakes_lists_them_all_and_a_good_one_loads(
    visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    admin = visitor("tinh")
    page = admin.page
    admin.open("/packs/", look_as="packs")

    page.locator("#id_file").set_input_files(zip_pack(tmp_path / "sai.zip", broken=True))
    page.locator("#load").click()
    expect(page.locator("#pack-refused")).to_contain_text("sai.zip")
    expect(page.locator("#mistakes")).to_contain_text("so_ngay_cog")
    assert page.locator("#mistakes tbody tr").count() >= 3
    admin.look("pack-mistakes")

    page.locator("#id_file").set_input_files(zip_pack(tmp_path / "dung.zip", broken=False))
    page.locator("#check").click()
    expect(page.locator("#pack-checked")).to_contain_text("không có lỗi")
    page.locator("#id_file").set_input_files(tmp_path / "dung.zip")
    page.locator("#load").click()
    expect(page.locator("#pack-refused")).to_have_count(0)
    expect(page.locator("#messages")).not_to_be_empty()
    admin.look("pack-loaded")
