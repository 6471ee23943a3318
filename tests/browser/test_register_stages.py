"""Things that go from stage to stage: a good model, a loudspeaker cluster with its repair, a book of local history."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from caunoi import moments
from tests.browser.filling import answer, fill_day, open_event_form, send_and_arrive
from tests.browser.reading import figures_today
from tests.browser.visitor import Viewport, Visitor, on_both

MODEL = "Tổ phụ nữ giữ sạch đường thôn"
BOOK = "Lịch sử Xã Y Tý 1945-2025"


@on_both
def test_a_model_is_proposed_followed_recognised_copied_and_ended(visitor: Callable[..., Visitor]) -> None:
    office = visitor("xa")
    desk = office.page
    office.open("/registers/mo_hinh_dan_van/")
    desk.locator("#new-entity").click()
    desk.get_by_label("Tên", exact=True).fill(MODEL)
    desk.get_by_label("Lĩnh vực", exact=True).select_option("moi_truong")
    desk.locator("#save").click()
    for stage in ("dang_ky", "theo_doi"):
        go_on(office, stage)
    desk.locator("#to-cong_nhan").click()
    desk.locator("#save").click()
    expect(desk.locator("#stage-form :invalid, #stage-form .field-error")).not_to_have_count(0)
    desk.get_by_label("Số quyết định công nhận").fill("61/QĐ-UBND")
    office.look("model-recognising")
    desk.locator("#save").click()
    expect(desk.locator("#steps")).to_contain_text("61/QĐ-UBND")
    go_on(office, "nhan_rong")
    go_on(office, "ngung", **{"Lý do kết thúc": "Việc đã thành nếp, không cần theo dõi"})
    expect(desk.locator("#next-steps")).to_have_count(0)
    expect(desk.locator("#steps > li")).to_have_count(5)
    office.look("model-ended")
    office.open("/registers/mo_hinh_dan_van/stages/")


@on_both
def test_a_loudspeaker_cluster_breaks_is_repaired_at_a_cost_and_works_again(visitor: Callable[..., Visitor]) -> None:
    office = visitor("xa")
    desk = office.page
    office.open("/registers/cum_loa/")
    row = desk.locator("#entities tbody tr", has_text="Xã Y Tý").filter(has_text="Đang hoạt động").first
    name = row.locator("th a").inner_text()
    row.locator("th a").click()
    cluster = desk.url
    go_on(office, "hong", **{"Lý do": "Sét đánh cháy bộ thu"})
    expect(desk.locator("#values")).to_contain_text("hỏng", ignore_case=True)
    open_event_form(office, "Sửa chữa hệ thống loa")
    desk.locator("#form-host").get_by_text(name, exact=True).first.click()
    fill_day(desk, "Ngày nghiệm thu", f"{moments.today():%d/%m/%Y}")
    answer(desk, {"Số cụm loa được sửa chữa": "1", "Kinh phí": "3500000"})
    send_and_arrive(desk)
    office.open(cluster)
    expect(desk.get_by_text("3.500.000").first).to_be_visible()
    go_on(office, "hoat_dong")
    office.look("cluster-repaired")


@on_both
def test_a_commune_s_history_is_begun_and_completed(visitor: Callable[..., Visitor], viewport: Viewport) -> None:
    office, book = visitor("xa"), f"{BOOK} ({viewport.name})"
    desk = office.page
    office.open("/registers/")
    desk.get_by_role("link", name="Lịch sử địa phương").click()
    office.look("history-empty")
    desk.locator("#new-entity").click()
    desk.get_by_label("Tên", exact=True).fill(book)
    desk.get_by_label("Loại", exact=True).select_option("sach")
    desk.locator("#save").click()
    go_on(office, "dang_lam")
    go_on(office, "hoan_thanh")
    office.open("/registers/lich_su_dia_phuong/stages/")
    done = desk.locator("#stage-counts tr", has_text="Đã hoàn thành")
    expect(done).to_be_visible()
    done.get_by_role("link").first.click()
    expect(desk.locator("#entities tbody tr", has_text=book)).to_contain_text("Đã hoàn thành")


@on_both
def test_an_official_channel_is_declared_closed_opened_again_and_counted(visitor: Callable[..., Visitor]) -> None:
    office = visitor("xa")
    desk = office.page
    (before,) = figures_today(office, "official_channels")
    office.open("/registers/kenh_chinh_thuc/")
    desk.locator("#new-entity").click()
    desk.get_by_label("Tên", exact=True).fill("Trang của Xã Y Tý")
    desk.get_by_label("Loại", exact=True).select_option("mang_xa_hoi")
    desk.get_by_label("Địa chỉ công khai").fill("https://yty.example.vn")
    desk.get_by_label("Cơ quan, đơn vị quản lý").fill("Ủy ban nhân dân xã")
    office.look("channel-new")
    desk.locator("#save").click()
    go_on(office, "hoat_dong")
    go_on(office, "ngung", **{"Lý do": "Chuyển sang trang mới"})
    go_on(office, "hoat_dong")
    expect(desk.locator("#steps > li")).to_have_count(3)
    expect(desk.locator("#values")).to_contain_text("https://yty.example.vn")
    office.look("channel")
    assert figures_today(office, "official_channels") == [before + 1]


def go_on(office: Visitor, stage: str, **told: str) -> None:
    """From the thing's page to its next stage, as the button says it, and back."""
    page = office.page
    page.locator(f"#to-{stage}").click()
    for label, text in told.items():
        page.get_by_label(label).fill(text)
    page.locator("#save").click()
    expect(page.locator("#steps")).to_be_visible()
