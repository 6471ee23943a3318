"""Made packs/tuyen-van/reports/so-ket.docx once. From now on the template is edited in Word; running this again would
overwrite what officers changed. Kept to show how a template after Decree 30/2020/NĐ-CP is laid out.

    .venv/bin/python scripts/make_so_ket_template.py
"""

# ruff: noqa: E501 - paragraphs of a document

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Mm, Pt, RGBColor

TARGET = Path(__file__).parent.parent / "packs" / "tuyen-van" / "reports" / "so-ket.docx"
FONT = "Times New Roman"
CENTRE, LEFT, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
TEXT_WIDTH = Mm(210 - 30 - 20)

# (paragraph, style). A line that begins with {%p stands alone and vanishes when the template is filled.
BODY: list[tuple[str, str]] = [
    (
        "Thực hiện chương trình công tác đã đề ra, Ủy ban nhân dân {{ don_vi_thuong }} báo cáo sơ kết công tác tuyên vận"
        " cơ sở {{ ky }} như sau:",
        "Thân",
    ),
    ("I. TỔ CHỨC, BỘ MÁY", "Mục"),
    ("{%p if cap != 'xã' and cap != 'thôn' %}", "Thân"),
    (
        "Theo đơn vị hành chính ngày {{ ngay_ranh_gioi }}, {{ don_vi_thuong }} có {{ so('communes') }} đơn vị hành chính cấp xã với"
        " {{ so('villages') }} thôn, bản, tổ dân phố.",
        "Thân",
    ),
    ("{%p elif cap == 'xã' %}", "Thân"),
    (
        "Theo đơn vị hành chính ngày {{ ngay_ranh_gioi }}, {{ don_vi_thuong }} có {{ so('villages') }} thôn, bản, tổ dân phố.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('boards') %}", "Thân"),
    (
        "- Ban tuyên vận cấp xã: {{ so('boards') }} ban với {{ so('board_staff') }} cán bộ tham gia.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('teams') %}", "Thân"),
    (
        "- Tổ tuyên vận ở thôn, bản, tổ dân phố: {{ so('teams') }} tổ với {{ so('team_members') }} thành viên"
        "{% if co('team_members_per_team') %}, bình quân {{ so('team_members_per_team') }} người một tổ{% endif %}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('organisations') %}", "Thân"),
    (
        "- Tổ chức cơ sở: {{ so('organisations') }} tổ chức với {{ so('organisation_members') }} thành viên"
        "{% if co('organisations_rated_good_share') %}; kết quả xếp loại gần nhất:"
        " {{ ty_le('organisations_rated_excellent_share') }} xếp loại xuất sắc,"
        " {{ ty_le('organisations_rated_good_share') }} xếp loại tốt{% endif %}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if not co('boards', 'teams', 'organisations') %}", "Thân"),
    ("Trong kỳ chưa có số liệu được duyệt về tổ chức, bộ máy.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("II. KẾT QUẢ THỰC HIỆN", "Mục"),
    ("1. Hội nghị, học tập và thông tin thời sự", "Tiểu mục"),
    ("{%p if co('conferences') %}", "Thân"),
    (
        "- Tổ chức {{ so('conferences') }} hội nghị học tập, quán triệt và triển khai nhiệm vụ với"
        " {{ so('conference_attendances') }} lượt người dự"
        "{% if co('conference_sites') %}; kết nối {{ so('conference_sites') }} điểm cầu trực tuyến{% endif %}"
        "{% if co('booklets_issued') %}; cấp phát {{ so('booklets_issued') }} cuốn tài liệu{% endif %}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('briefings') %}", "Thân"),
    (
        "- Thông tin thời sự: {{ so('briefings') }} hội nghị với {{ so('briefing_attendances') }} lượt người dự.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('heritage_talks') %}", "Thân"),
    (
        "- Nói chuyện truyền thống: {{ so('heritage_talks') }} buổi với {{ so('heritage_talk_attendances') }} lượt người"
        " nghe.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('contests_held') %}", "Thân"),
    (
        "- Hội thi, cuộc thi: đã tổ chức {{ so('contests_held') }} hội thi, cuộc thi"
        "{% if co('contest_entrants') %}; hội thi tuyên truyền viên, báo cáo viên có {{ so('contest_entrants') }} thí sinh"
        "{% endif %}{% if co('contest_entries') %}; cuộc thi viết và trực tuyến nhận {{ so('contest_entries') }} bài dự thi"
        "{% endif %}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('meetings') %}", "Thân"),
    (
        "- Họp và sinh hoạt với người dân ở thôn: {{ so('meetings') }} cuộc với {{ so('meeting_attendances') }} lượt người"
        " dự; đến vận động {{ so('household_visits') }} lượt hộ; tiếp nhận {{ so('resident_questions') }} câu hỏi, kiến"
        " nghị, đã trả lời {{ so('resident_questions_answered') }}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    (
        "{%p if not co('conferences', 'briefings', 'heritage_talks', 'contests_held', 'contest_entries', 'meetings') %}",
        "Thân",
    ),
    ("Trong kỳ chưa có số liệu được duyệt về nội dung này.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("2. Phong trào thi đua, huy động sức dân", "Tiểu mục"),
    ("{%p if co('land_donated_m2', 'labour_days', 'cash_contributed_vnd') %}", "Thân"),
    ("- Nhân dân đóng góp làm đường, kênh mương và các công trình công cộng:", "Thân"),
    ("{%p if co('land_donated_m2') %}", "Thân"),
    ("+ Hiến đất: {{ so('land_donated_m2') }} m².", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('labour_days') %}", "Thân"),
    (
        "+ Ngày công: {{ so('labour_days') }} ngày công{% if co('labour_days_roads') %}, trong đó làm đường giao thông"
        " {{ so('labour_days_roads') }} ngày công{% endif %}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('cash_contributed_vnd') %}", "Thân"),
    ("+ Tiền mặt: {{ tien('cash_contributed_vnd') }}.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('road_widened_km') %}", "Thân"),
    ("- Kết quả mở rộng đường: {{ so('road_widened_km') }} km.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('road_widened_km_target') %}", "Thân"),
    ("- Chỉ tiêu phấn đấu mở rộng đường trong kỳ: {{ so('road_widened_km_target') }} km.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('canal_dredged_km') %}", "Thân"),
    ("- Kết quả nạo vét kênh mương: {{ so('canal_dredged_km') }} km.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('cleanup_participants') %}", "Thân"),
    (
        "- Các ngày ra quân vệ sinh môi trường có {{ so('cleanup_participants') }} người tham gia, thu gom"
        " {{ so('waste_collected_m3') }} m³ rác.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('income_per_head_vnd') %}", "Thân"),
    (
        "- Thu nhập bình quân đầu người theo số công bố của {{ don_vi_thuong }} đạt"
        " {{ tien('income_per_head_vnd') }}/người/năm.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('criteria_met') %}", "Thân"),
    ("- Đã đạt {{ so('criteria_met') }} tiêu chí nông thôn mới nâng cao.", "Thân"),
    ("{%p endif %}", "Thân"),
    (
        "{%p if not co('land_donated_m2', 'labour_days', 'cash_contributed_vnd', 'road_widened_km', 'canal_dredged_km',"
        " 'cleanup_participants', 'income_per_head_vnd') %}",
        "Thân",
    ),
    ("Trong kỳ chưa có số liệu được duyệt về nội dung này.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("3. Mô hình, xếp loại và khen thưởng", "Tiểu mục"),
    ("{%p if co('models_recognised') %}", "Thân"),
    (
        "- Mô hình “Dân vận khéo”: công nhận {{ so('models_recognised') }} mô hình"
        "{% if co('models_registered') %}, đăng ký mới {{ so('models_registered') }} mô hình{% endif %}"
        "{% if co('models_replicated') %}, nhân rộng {{ so('models_replicated') }} mô hình{% endif %}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('communes_rated_good_share') %}", "Thân"),
    (
        "- Kết quả xếp loại gần nhất trong kỳ: {{ so('communes_rated_good_share') }} xã xếp loại tốt"
        " ({{ ty_le('communes_rated_good_share') }}).",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('teams_rated_fair_or_better_share') %}", "Thân"),
    (
        "- Tổ tuyên vận xếp loại từ khá trở lên: {{ so('teams_rated_fair_or_better_share') }} tổ"
        " ({{ ty_le('teams_rated_fair_or_better_share') }}).",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('collectives_commended', 'individuals_commended') %}", "Thân"),
    (
        "- Khen thưởng: {% if co('collectives_commended') %}{{ so('collectives_commended') }} lượt tập thể{% endif %}"
        "{% if co('collectives_commended') and co('individuals_commended') %}, {% endif %}"
        "{% if co('individuals_commended') %}{{ so('individuals_commended') }} lượt cá nhân{% endif %}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    (
        "{%p if not co('models_recognised', 'communes_rated_good_share',"
        " 'teams_rated_fair_or_better_share', 'collectives_commended', 'individuals_commended') %}",
        "Thân",
    ),
    ("Trong kỳ chưa có số liệu được duyệt về nội dung này.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("III. VĂN HÓA, TRUYỀN THANH, ĐÀO TẠO", "Mục"),
    ("1. Văn hóa", "Tiểu mục"),
    ("{%p if co('families_cultured_share') %}", "Thân"),
    (
        "- Danh hiệu văn hóa theo kết quả năm gần nhất: {{ ty_le('families_cultured_share') }} gia đình,"
        " {{ ty_le('neighbourhoods_cultured_share') }} thôn, bản, tổ dân phố và {{ ty_le('agencies_cultured_share') }}"
        " cơ quan, đơn vị, doanh nghiệp đạt danh hiệu.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('performing_groups', 'heritage_clubs', 'artisans_active') %}", "Thân"),
    (
        "- Lực lượng văn nghệ: {{ so('performing_groups') }} đội văn nghệ, {{ so('heritage_clubs') }} câu lạc bộ văn hóa"
        " truyền thống, {{ so('artisans_active') }} nghệ nhân đang hoạt động.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('local_histories_done_share') %}", "Thân"),
    (
        "- Lịch sử địa phương: {{ so('local_histories_done_share') }} xã đã biên soạn xong"
        "{% if co('local_histories_in_progress') %}, {{ so('local_histories_in_progress') }} xã đang biên soạn{% endif %}"
        "{% if co('tradition_rooms') %}; có {{ so('tradition_rooms') }} phòng truyền thống{% endif %}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    (
        "{%p if not co('families_cultured_share', 'performing_groups', 'heritage_clubs', 'artisans_active',"
        " 'local_histories_done_share') %}",
        "Thân",
    ),
    ("Trong kỳ chưa có số liệu được duyệt về nội dung này.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("2. Truyền thanh cơ sở và thông tin trên mạng", "Tiểu mục"),
    ("{%p if co('loudspeaker_stations', 'loudspeaker_clusters') %}", "Thân"),
    (
        "- Hệ thống truyền thanh: {{ so('loudspeaker_stations') }} trạm, {{ so('loudspeaker_clusters') }} cụm loa"
        "{% if co('loudspeaker_clusters_timed') %}, trong đó {{ so('loudspeaker_clusters_timed') }} cụm có hẹn giờ tự động"
        "{% endif %}.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('loudspeaker_repair_vnd') %}", "Thân"),
    ("- Kinh phí sửa chữa hệ thống loa trong kỳ: {{ tien('loudspeaker_repair_vnd') }}.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('official_channels') %}", "Thân"),
    ("- Trang, kênh chính thức đã đăng ký: {{ so('official_channels') }} trang.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('communes_with_website_share') %}", "Thân"),
    ("- Xã có trang thông tin điện tử: {{ so('communes_with_website_share') }} xã.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('agencies_with_channel_share') %}", "Thân"),
    ("- Cơ quan cấp xã có kênh chính thức: {{ ty_le('agencies_with_channel_share') }}.", "Thân"),
    ("{%p endif %}", "Thân"),
    (
        "{%p if not co('loudspeaker_stations', 'loudspeaker_clusters', 'loudspeaker_repair_vnd', 'official_channels',"
        " 'communes_with_website_share') %}",
        "Thân",
    ),
    ("Trong kỳ chưa có số liệu được duyệt về nội dung này.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("3. Đào tạo, bồi dưỡng", "Tiểu mục"),
    ("{%p if co('training_classes') %}", "Thân"),
    (
        "- Mở {{ so('training_classes') }} lớp đào tạo, bồi dưỡng với {{ so('training_learners') }} người học.",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    ("{%p if co('staff_sent_professional_training') %}", "Thân"),
    ("- Cử đi bồi dưỡng nghiệp vụ: {{ so('staff_sent_professional_training') }} cán bộ.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('staff_sent_theory_training') %}", "Thân"),
    ("- Cử đi học lý luận: {{ so('staff_sent_theory_training') }} cán bộ.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if co('lecturers_graduate_share') %}", "Thân"),
    (
        "- Giảng viên kiêm nhiệm có trình độ đại học trở lên: {{ tren_tong('lecturers_graduate_share') }} người"
        " ({{ ty_le('lecturers_graduate_share') }}).",
        "Thân",
    ),
    ("{%p endif %}", "Thân"),
    (
        "{%p if not co('training_classes', 'staff_sent_professional_training', 'staff_sent_theory_training',"
        " 'lecturers_graduate_share') %}",
        "Thân",
    ),
    ("Trong kỳ chưa có số liệu được duyệt về nội dung này.", "Thân"),
    ("{%p endif %}", "Thân"),
    ("{%p if don_vi_con() %}", "Thân"),
    ("IV. KẾT QUẢ THEO ĐƠN VỊ TRỰC THUỘC", "Mục"),
    ("Bảng 1. Tổ chức và kết quả huy động sức dân {{ ky }}", "Tên bảng"),
]

CHILD_COLUMNS: list[tuple[str, float, str, str]] = [
    # heading, width in cm, cell of a unit, cell of the total
    ("TT", 1.0, "{{ loop.index }}", ""),
    ("Đơn vị", 4.0, "{{ dv.ten }}", "Tổng số"),
    ("Tổ tuyên vận", 1.8, "{{ dv.so('teams') }}", "{{ so('teams', bang=true) }}"),
    ("Thành viên", 1.9, "{{ dv.so('team_members') }}", "{{ so('team_members', bang=true) }}"),
    ("Đất hiến (m²)", 1.9, "{{ dv.so('land_donated_m2') }}", "{{ so('land_donated_m2', bang=true) }}"),
    ("Ngày công", 1.7, "{{ dv.so('labour_days') }}", "{{ so('labour_days', bang=true) }}"),
    ("Tiền mặt (triệu đồng)", 1.9, "{{ dv.trieu('cash_contributed_vnd') }}", "{{ trieu('cash_contributed_vnd', bang=true) }}"),
    ("Người ra quân", 1.8, "{{ dv.so('cleanup_participants') }}", "{{ so('cleanup_participants', bang=true) }}"),
]  # fmt: skip

AFTER_TABLE: list[tuple[str, str]] = [
    ("Ghi chú: “…” là chưa có số liệu được duyệt; * là số ước tính; † là số kỳ trước.", "Ghi chú"),
    ("{%p if bieu_do('ngay_cong') %}", "Thân"),
    ("{{ bieu_do('ngay_cong') }}", "Hình"),
    ("{%p endif %}", "Thân"),
    ("{%p endif %}", "Thân"),
    ("V. MỨC ĐỘ ĐẦY ĐỦ VÀ CĂN CỨ CỦA SỐ LIỆU", "Mục"),
    ("- {{ do_day_du }}", "Thân"),
    ("{%p if bao_cao_dinh_ky %}", "Thân"),
    ("Bảng 2. Báo cáo định kỳ đến hạn trong kỳ", "Tên bảng"),
]

COVERAGE_COLUMNS: list[tuple[str, float, str]] = [
    ("Báo cáo", 6.4, "{{ bc.ten }}"),
    ("Phải có", 2.4, "{{ bc.phai_co }}"),
    ("Đã duyệt", 2.4, "{{ bc.da_co }}"),
    ("Đúng hạn", 2.4, "{{ bc.dung_han }}"),
    ("Tỷ lệ đã duyệt", 2.4, "{{ bc.ty_le }}"),
]

AFTER_COVERAGE: list[tuple[str, str]] = [
    ("{%p endif %}", "Thân"),
    ("- {{ ranh_gioi }} {{ so_sach }}", "Thân"),
    ("{%p for cau in ghi_chu %}", "Thân"),
    ("- {{ cau }}", "Thân"),
    ("{%p endfor %}", "Thân"),
    ("{%p if thieu %}", "Thân"),
    ("- Các chỉ tiêu chưa có số liệu trong kỳ: {{ thieu|join('; ') }}.", "Thân"),
    ("{%p endif %}", "Thân"),
    (
        "- Mỗi số liệu trong báo cáo này là một đường dẫn: bấm vào số để xem cách tính, đơn vị và bản ghi làm nên số đó.",
        "Thân",
    ),
    (
        "Trên đây là báo cáo sơ kết công tác tuyên vận cơ sở {{ ky }} của {{ don_vi_thuong }}./.",
        "Kết",
    ),
]


def main() -> None:
    document = docx.Document()
    set_up_page(document)
    set_up_styles(document)
    add_letterhead(document)
    add_title(document)
    add_paragraphs(document, BODY)
    add_child_table(document)
    add_paragraphs(document, AFTER_TABLE)
    add_coverage_table(document)
    add_paragraphs(document, AFTER_COVERAGE)
    add_signature(document)
    document.core_properties.title = "Báo cáo sơ kết"
    document.core_properties.author = ""
    document.core_properties.comments = ""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(TARGET))


def set_up_page(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance = Mm(10)
    # The page number: centred in the top margin, not on page 1.
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = number.add_run()
        run.font.name, run.font.size = FONT, Pt(13)
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def set_up_styles(document: Any) -> None:
    styles = document.styles
    normal = styles["Normal"]
    set_font(normal, 14)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.space_before = Pt(0)
    add_style(styles, "Thân", size=14, align=JUSTIFY, first_line=Cm(1.27), before=3, after=3, spacing=1.15)
    add_style(
        styles, "Mục", size=14, bold=True, align=JUSTIFY, first_line=Cm(1.27), before=10, after=3, outline=0, keep=True
    )
    add_style(
        styles,
        "Tiểu mục",
        size=14,
        bold=True,
        align=JUSTIFY,
        first_line=Cm(1.27),
        before=6,
        after=3,
        outline=1,
        keep=True,
    )
    add_style(styles, "Kết", size=14, align=JUSTIFY, first_line=Cm(1.27), before=3, after=3, spacing=1.15, keep=True)
    add_style(styles, "Tên bảng", size=13, bold=True, align=CENTRE, before=8, after=4, keep=True)
    add_style(styles, "Ô bảng", size=12, align=LEFT, before=2, after=2)
    add_style(styles, "Ghi chú", size=12, italic=True, align=LEFT, before=3, after=6)
    add_style(styles, "Hình", size=12, align=CENTRE, before=8, after=8)
    add_style(styles, "Thể thức", size=13, align=CENTRE)


def add_style(
    styles: Any, name: str, *, size: int, align: Any, bold: bool = False, italic: bool = False, first_line: Any = None,
    before: int = 0, after: int = 0, spacing: float = 1.0, outline: int | None = None, keep: bool = False,
) -> None:  # fmt: skip
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles["Normal"]
    style.quick_style = True
    set_font(style, size)
    style.font.bold, style.font.italic = bold, italic
    layout = style.paragraph_format
    layout.alignment, layout.first_line_indent = align, first_line
    layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), spacing
    layout.keep_with_next, layout.widow_control = keep, True
    if outline is not None:
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), str(outline))
        style.element.get_or_add_pPr().append(level)


def set_font(style: Any, size: int) -> None:
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for which in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(which), FONT)
    for which in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
        fonts.attrib.pop(qn(which), None)


def add_paragraphs(document: Any, paragraphs: Sequence[tuple[str, str]]) -> None:
    for text, style in paragraphs:
        document.add_paragraph(text, style=style)


def add_letterhead(document: Any) -> None:
    table = add_plain_table(document, [Cm(6.4), Cm(9.6)], rows=2)
    left, right = table.rows[0].cells
    write(left, "ỦY BAN NHÂN DÂN", bold=True, size=12)
    write(left, "{{ don_vi_hoa }}", bold=True, size=12, more=True)
    add_rule(left, Cm(2.1))
    write(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12)
    write(right, "Độc lập - Tự do - Hạnh phúc", bold=True, size=13, more=True)
    add_rule(right, Cm(1.95))
    left, right = table.rows[1].cells
    write(left, "Số:          /BC-UBND", size=13)
    write(right, "{{ ten_rieng }}, {{ ngay }}", italic=True, size=13)


def add_title(document: Any) -> None:
    title = document.add_paragraph(style="Thể thức")
    title.paragraph_format.space_before = Pt(16)
    add_run(title, "BÁO CÁO", bold=True, size=14)
    about = document.add_paragraph(style="Thể thức")
    add_run(about, "Sơ kết công tác tuyên vận cơ sở của {{ don_vi_thuong }}", bold=True, size=14)
    when = document.add_paragraph(style="Thể thức")
    add_run(when, "{{ ky }}", bold=True, size=14)
    rule(document.add_paragraph(style="Thể thức"), Cm(5.3), after=10)


def add_child_table(document: Any) -> None:
    headings = [heading for heading, *_rest in CHILD_COLUMNS]
    table = add_grid(document, [Cm(width) for _heading, width, *_rest in CHILD_COLUMNS], headings)
    fill_row(table.add_row(), [total for *_rest, total in CHILD_COLUMNS], bold=True)
    table.add_row().cells[0].text = "{%tr for dv in don_vi_con() %}"
    fill_row(table.add_row(), [cell for _heading, _width, cell, _total in CHILD_COLUMNS])
    table.add_row().cells[0].text = "{%tr endfor %}"


def add_coverage_table(document: Any) -> None:
    headings = [heading for heading, *_rest in COVERAGE_COLUMNS]
    table = add_grid(document, [Cm(width) for _heading, width, _cell in COVERAGE_COLUMNS], headings)
    table.add_row().cells[0].text = "{%tr for bc in bao_cao_dinh_ky %}"
    fill_row(table.add_row(), [cell for *_rest, cell in COVERAGE_COLUMNS], text_columns=(0,))
    table.add_row().cells[0].text = "{%tr endfor %}"


def add_signature(document: Any) -> None:
    document.add_paragraph(style="Thể thức").paragraph_format.keep_with_next = True
    table = add_plain_table(document, [Cm(7.4), Cm(8.6)], rows=1)
    left, right = table.rows[0].cells
    first = write(left, "Nơi nhận:", bold=True, italic=True, size=12, align=LEFT)
    first.paragraph_format.space_after = Pt(2)
    # One paragraph for each; the condition takes its own with it.
    for text in (
        "{%p if cap_tren %}",
        "- Ủy ban nhân dân {{ cap_tren_thuong }} (để báo cáo);",
        "{%p endif %}",
        "- Các đơn vị trực thuộc;",
        "- Lưu: VT.",
    ):
        write(left, text, size=11, align=LEFT, more=True)
    write(right, "TM. ỦY BAN NHÂN DÂN", bold=True, size=14)
    write(right, "CHỦ TỊCH", bold=True, size=14, more=True)
    for _line in range(5):
        write(right, "", size=14, more=True)
    for cell in (left, right):
        for paragraph in cell.paragraphs[:-1]:
            paragraph.paragraph_format.keep_with_next = True


# -- parts ------------------------------------------------------------------------------------------------------------


def add_plain_table(document: Any, widths: Sequence[Emu], rows: int) -> Any:
    table = document.add_table(rows=rows, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    set_margins(table, 0)
    set_widths(table, widths)
    for row in table.rows:
        keep_whole(row)
    return table


def add_grid(document: Any, widths: Sequence[Emu], headings: Sequence[str]) -> Any:
    table = document.add_table(rows=1, cols=len(widths), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    set_margins(table, 60)
    set_widths(table, widths)
    header = table.rows[0]
    keep_whole(header)
    repeat = OxmlElement("w:tblHeader")
    header._tr.get_or_add_trPr().append(repeat)
    for cell, heading in zip(header.cells, headings, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.style, paragraph.alignment = "Ô bảng", CENTRE
        paragraph.paragraph_format.keep_with_next = True
        add_run(paragraph, heading, bold=True)
    return table


def fill_row(row: Any, texts: Sequence[str], *, bold: bool = False, text_columns: Sequence[int] = (1,)) -> None:
    """Numbers stand to the right, the first column of a list in the middle."""
    keep_whole(row)
    for index, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.style = "Ô bảng"
        paragraph.alignment = LEFT if index in text_columns else CENTRE if index == 0 else RIGHT
        add_run(paragraph, text, bold=bold)


def set_widths(table: Any, widths: Sequence[Emu]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def set_margins(table: Any, twentieths: int) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twentieths))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def keep_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def write(
    cell: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: int = 13,
    align: Any = CENTRE,
    more: bool = False,
) -> Any:
    paragraph = cell.add_paragraph() if more else cell.paragraphs[0]
    paragraph.style, paragraph.alignment = "Thể thức", align
    add_run(paragraph, text, bold=bold, italic=italic, size=size)
    return paragraph


def add_run(paragraph: Any, text: str, *, bold: bool = False, italic: bool = False, size: int | None = None) -> None:
    run = paragraph.add_run(text)
    run.bold, run.italic = bold or None, italic or None
    if size is not None:
        run.font.size = Pt(size)


def add_rule(cell: Any, indent: Any) -> None:
    rule(cell.add_paragraph(style="Thể thức"), indent, after=6)


def rule(paragraph: Any, indent: Any, after: int) -> None:
    """A solid rule: the top border of a low empty paragraph, as long as its indents leave it."""
    layout = paragraph.paragraph_format
    layout.left_indent = layout.right_indent = indent
    layout.space_before, layout.space_after, layout.line_spacing = Pt(2), Pt(after), Pt(4)
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


if __name__ == "__main__":
    main()
