"""Every tag of a template with an example to copy: what the help page lists, and a test compares with the code."""

# ruff: noqa: E501 - a line for each tag

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class TagHelp:
    """`names` are the tags the line explains."""

    names: tuple[str, ...]
    example: str
    prints: Text


@dataclass(frozen=True)
class Chapter:
    title: Text
    tags: tuple[TagHelp, ...]


def _one(names: str, example: str, prints: Text) -> TagHelp:
    return TagHelp(tuple(names.split()), example, prints)


# The examples name figures of no programme: the page puts in one that is loaded.
CODE, TARGET = "MA_CHI_TIEU", "MA_PHAN_DAU"

CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        _("Số liệu"),
        (
            _one("so", "{{ so('MA_CHI_TIEU') }}", _("số theo kiểu của chỉ tiêu: 38.667; 89,8%; 21/21")),
            _one("tien", "{{ tien('MA_CHI_TIEU') }}", _("tiền: 32,6 triệu đồng")),
            _one("trieu", "{{ trieu('MA_CHI_TIEU') }}", _("chỉ số triệu, dùng trong cột của bảng: 32,6")),
            _one("ty_le", "{{ ty_le('MA_CHI_TIEU') }}", _("tỷ lệ: 89,8%")),
            _one("tren_tong", "{{ tren_tong('MA_CHI_TIEU') }}", _("số đạt trên tổng số: 21/21")),
            _one("ten", "{{ ten('MA_CHI_TIEU') }}", _("tên của chỉ tiêu")),
            _one("so", "{{ so('MA_CHI_TIEU', ky='cung_ky') }}", _("số của cùng kỳ năm trước; ky_truoc: của kỳ trước")),
            _one(
                "so",
                "{{ so('MA_CHI_TIEU', ky='ngay_cuoi') }}",
                _("số của ngày cuối kỳ; nam_cuoi: của năm dương lịch cuối cùng trong kỳ"),
            ),
            _one(
                "so", "{{ so('MA_CHI_TIEU', bang=true) }}", _("trong bảng: … là chưa có, * là ước tính, † là số kỳ trước")
            ),
        ),
    ),
    Chapter(
        _("So sánh và nhận xét"),
        (
            _one("so_sanh", "{{ so_sanh('MA_CHI_TIEU', voi='cung_ky') }}", _("tăng 12,5% so với cùng kỳ năm trước (1.097)")),
            _one("so_sanh", "{{ so_sanh('MA_CHI_TIEU', voi='ky_truoc') }}", _("giảm 3% so với tháng trước (1.272)")),
            _one(
                "so_chi_tieu",
                "{{ so_chi_tieu('MA_CHI_TIEU', 'MA_PHAN_DAU') }}",
                _("đạt 91,3% chỉ tiêu đề ra (240); mã thứ hai là chỉ tiêu phấn đấu"),
            ),
            _one(
                "nhan_xet",
                "{{ nhan_xet('TEN_CAU') }}",
                _("câu trong phần [sentence.TEN_CAU] của tệp .toml, tự chọn chữ khi tăng, giảm, không đổi, chưa có số liệu"),
            ),
        ),
    ),
    Chapter(
        _("Điều kiện"),
        (
            _one(
                "co",
                "{% if co('MA_CHI_TIEU') %}…{% endif %}",
                _("phần giữa hai thẻ chỉ in khi chỉ tiêu có số liệu; ghi được nhiều mã"),
            ),
            _one(
                "co",
                "{%p if co('MA_CHI_TIEU') %}",
                _("cả các đoạn đến {%p endif %}; mỗi thẻ {%p đứng một mình trong đoạn của nó"),
            ),
            _one("cap", "{% if cap == 'xã' %}…{% else %}…{% endif %}", _("theo cấp của đơn vị báo cáo")),
            _one("the_thuc", "{% if the_thuc == 'TEN_BO' %}…{% endif %}", _("theo bộ thể thức ghi ở [layout] của tệp .toml")),
        ),
    ),
    Chapter(
        _("Đơn vị trực thuộc"),
        (
            _one(
                "don_vi_con",
                "{%tr for dv in don_vi_con() %}",
                _("mỗi đơn vị một hàng của bảng, đến hàng {%tr endfor %}: dv.ten, dv.ma, dv.so('MA'), dv.so_sanh('MA')"),
            ),
            _one(
                "don_vi_con",
                "{%tr for dv in don_vi_con() if dv.co('MA_CHI_TIEU') %}",
                _("chỉ các đơn vị có số liệu; dv.co ghi được nhiều mã"),
            ),
            _one("don_vi_con", "{%tr for dv in don_vi_con('village') %}", _("các đơn vị của một cấp khác")),
            _one(
                "don_vi_cao_nhat don_vi_thap_nhat",
                "{%tr for dv in don_vi_cao_nhat('MA_CHI_TIEU', 5) %}",
                _("năm đơn vị có số lớn nhất; don_vi_thap_nhat: nhỏ nhất"),
            ),
            _one(
                "cao_nhat thap_nhat",
                "{{ cao_nhat('MA_CHI_TIEU', 3) }}",
                _("Xã A (188), Xã B (181) và Xã C (175); thap_nhat: nhỏ nhất"),
            ),
            _one("chua_co", "{{ chua_co('MA_CHI_TIEU') }}", _("tên các đơn vị chưa có số liệu được duyệt; ghi nhiều mã: chưa có của mã nào")),
            _one(
                "chua_bao_cao", "{{ chua_bao_cao() }}", _("các đơn vị thiếu báo cáo định kỳ: Xã A (9/10) và Xã B (0/10)")
            ),
            _one(
                "don_vi_chua_bao_cao",
                "{%tr for dv in don_vi_chua_bao_cao() %}",
                _("các đơn vị đó theo hàng: dv.ten, dv.da_co, dv.phai_co, dv.thieu"),
            ),
        ),
    ),
    Chapter(
        _("Biểu đồ"),
        (
            _one(
                "bieu_do",
                "{{ bieu_do('TEN_BIEU_DO') }}",
                _("biểu đồ của phần [chart.TEN_BIEU_DO] trong tệp .toml; kind là bars, pairs hoặc trend"),
            ),
        ),
    ),
    Chapter(
        _("Đơn vị, kỳ, thể thức"),
        (
            _one("don_vi don_vi_thuong don_vi_hoa ten_rieng", "{{ don_vi }}", _("tên đơn vị; don_vi_thuong: chữ đầu viết thường; don_vi_hoa: chữ hoa; ten_rieng: không kèm cấp")),
            _one("cap_tren cap_tren_thuong cap_tren_hoa cap_con", "{{ cap_tren }}", _("đơn vị cấp trên; cap_con: tên cấp của đơn vị trực thuộc")),
            _one("ky ky_hoa tu_ngay den_ngay", "{{ ky }}", _("tháng 01/2023; tu_ngay, den_ngay: ngày đầu, ngày cuối kỳ")),
            _one("so_van_ban", "Số: {{ so_van_ban }}", _("số và ký hiệu, điền khi ban hành")),
            _one("ngay_ban_hanh noi_ban_hanh ngay", "{{ noi_ban_hanh }}, {{ ngay_ban_hanh }}", _("địa danh và ngày ban hành; ngay: ngày lập")),
            _one("co_quan co_quan_hoa co_quan_tren", "{{ co_quan_hoa }}", _("tên cơ quan báo cáo, ghi ở [layout]")),
            _one("thay_mat noi_nhan", "{{ thay_mat }}", _("TM. …; noi_nhan: danh sách nơi nhận")),
            _one("chuc_vu_ky nguoi_ky", "{{ nguoi_ky }}", _("họ tên người ký, dưới chỗ ký; chuc_vu_ky: chức vụ; cả hai điền khi ban hành")),
            _one(
                "tieu_de_phai luu",
                "{{ tieu_de_phai }}",
                _("dòng đầu bên phải (heading) và nơi lưu cuối danh sách nơi nhận (archive), ghi ở [layout]"),
            ),
        ),
    ),
    Chapter(
        _("Căn cứ của số liệu"),
        (
            _one("do_day_du", "{{ do_day_du }}", _("đã duyệt bao nhiêu báo cáo định kỳ trên số phải có")),
            _one("bao_cao_dinh_ky", "{%tr for bc in bao_cao_dinh_ky %}", _("mỗi báo cáo định kỳ một hàng: bc.ten, bc.phai_co, bc.da_co, bc.dung_han, bc.ty_le")),
            _one("ranh_gioi ngay_ranh_gioi so_sach", "{{ ranh_gioi }} {{ so_sach }}", _("ranh giới hành chính và sổ số liệu đã dùng")),
            _one("ghi_chu", "{%p for cau in ghi_chu %}", _("điều người đọc cần biết về số ước tính, số kỳ trước")),
            _one("thieu", "{{ thieu|join('; ') }}", _("tên các chỉ tiêu chưa có số liệu")),
        ),
    ),
)  # fmt: skip
