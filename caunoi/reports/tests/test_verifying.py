from __future__ import annotations

import io
import json
import os
import re
import shutil
import stat
import subprocess
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from pytest_django import Settings

from caunoi.accounts.models import Role
from caunoi.accounts.scope import Scope, Window
from caunoi.approvals.models import ApprovalStep
from caunoi.audit.models import AuditLine
from caunoi.facts.rules.question import Coverage
from caunoi.forms.actions import set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.models import OrgUnit
from caunoi.records.actions import approve
from caunoi.records.tests.builders import publish, send, user
from caunoi.records.tests.builders import report as report_of
from caunoi.reports import signing
from caunoi.reports.actions import rotate_key
from caunoi.reports.corrections import say_why
from caunoi.reports.coverage_since import say_coverage, say_unchanged
from caunoi.reports.errors import NotAReport
from caunoi.reports.rules.manifest import Found, Outcome, find_retyped, from_text, to_text
from caunoi.reports.signing import list_keys
from caunoi.reports.tests.builders import (
    AT,
    DISTRICT,
    EAST,
    WEST,
    WRITER,
    make,
    make_docx,
    state_usual,
    store_template,
    store_world,
)
from caunoi.reports.verification import Verification, verify_docx
from caunoi.reports.word_file import Envelope, WordFile, attach

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_keys(settings: Settings, tmp_path: Path) -> None:
    """A server of its own: in the one that tests share, keys may have been replaced before."""
    settings.CAUNOI_HOME = tmp_path / "home"


def rewrite(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The same zip with each part passed through `change(name, bytes)`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info.filename)))
    return out.getvalue()


def edit(content: bytes, old: str, new: str, *, count: int = 1) -> bytes:
    def change(name: str, part: bytes) -> bytes:
        if name != "word/document.xml":
            return part
        text = part.decode()
        assert old in text
        return text.replace(old, new, count).encode()

    return rewrite(content, change)


def outcomes(found: Verification) -> list[tuple[str, str, str | None, str | None, str | None]]:
    """Of the figures that are not unchanged: code, outcome, printed, in the file, now."""
    return [
        (c.code, str(c.outcome), c.printed, c.in_file, c.now) for c in found.figures if c.outcome != Outcome.UNCHANGED
    ]


@pytest.fixture
def report() -> bytes:
    state_usual(store_world())
    store_template()
    return make().content


def test_a_report_as_it_was_made_is_unchanged(report: bytes) -> None:
    found = verify_docx(report)

    assert (found.manifest, found.text, found.all_unchanged) == ("ok", "unchanged", True)
    assert len(found.figures) == 8
    assert "Cả 8 số liệu" in found.sentence


def test_charts_and_coverage_are_in_the_signed_list() -> None:
    world = store_world()
    state_usual(world)
    trend = {"code": "ngay_cong", "title": "Biểu đồ 1", "kind": "trend", "by": "quarter", "months": 12}
    charts = {"t": trend, "b": {"code": "ngay_cong", "title": "Biểu đồ 2", "level": "commune"}}
    store_template(["{{ so('tien_mat') }} {{ bieu_do('t') }} {{ bieu_do('b') }}"], parameters={"chart": charts})
    world.state("ngay_cong", 5, date(2023, 6, 1), 5)
    content = make().content

    found = verify_docx(content)
    assert found.made is not None and found.all_unchanged
    shown = [[line.shown for line in chart.points] for chart in found.made.charts]
    assert shown == [["1.234", "5"], ["1.205", "34"]] and all(chart.picture for chart in found.charts)
    other = rewrite(content, lambda name, part: part + b"x" if name.endswith("image1.png") else part)
    assert [chart.picture for chart in verify_docx(other).charts] == [False, True]
    world.state("ngay_cong", 7, date(2023, 6, 2), 1)
    found = verify_docx(content)
    changed = [(c.title, p.printed, p.now) for c in found.charts for p in c.points if p.outcome != Outcome.UNCHANGED]
    assert changed == [("Biểu đồ 1", "5", "6"), ("Biểu đồ 2", "34", "35")]
    assert not found.all_unchanged and "2 số trên biểu đồ" in found.sentence


def test_a_number_of_coverage_typed_over_is_found() -> None:
    address = "http://x/coverage/?place=u2&first=01%2F01%2F2023"
    printed = [[address, "33/36 (91,7%)"], [address, "3"], [address, "3"]]

    assert find_retyped(printed, [Found(address, "33/36 (91,7%)"), Found(address, "3"), Found(address, "3")]) == []
    changed = [Found(unquote(address), "36/36 (100%)"), Found(address, "3")]
    assert find_retyped(printed, changed) == [("33/36 (91,7%)", "36/36 (100%)"), ("3", None)]


def send_month(village: int, month: str) -> None:
    """The village's monthly report, approved by the commune."""
    officer = user(f"xa-{village}-{month}", (Role.APPROVER, OrgUnit.objects.get(pk=WEST)))
    sent = send(report_of(OrgUnit.objects.get(pk=village), month, at=AT), at=AT)
    approve(sent.submission_id, by=officer, at=AT)


@pytest.fixture
def counting() -> bytes:
    """A report that says how many of 6 monthly reports were approved: 1; Xã Y Tý has 1 of 4, Xã Cốc Mỳ none of 2."""
    state_usual(store_world())
    publish(
        "bao_cao_thang_thon", AssignmentRow("village", "month", approval_level="commune", from_day=date(2023, 11, 1))
    )
    send_month(5, "2023-11")
    store_template(["{{ so('ngay_cong') }} {{ do_day_du }} {{ chua_bao_cao() }}"])
    return make().content


def coverage_of(found: Verification) -> list[tuple[str, Coverage, Coverage | None, str]]:
    return [(one.place_name, one.printed, one.now, str(one.outcome)) for one in found.coverage_since]


def test_reports_that_came_in_since_are_told_as_they_were_and_are(counting: bytes) -> None:
    before = verify_docx(counting)
    send_month(6, "2023-12")
    after = verify_docx(counting)

    assert before.all_unchanged and say_unchanged(before.coverage_since).startswith("Báo cáo định kỳ đã duyệt: 1/6 (")
    assert coverage_of(after) == [
        ("Huyện Bát Xát", Coverage(6, 1, 0), Coverage(6, 2, 0), "corrected-since"),
        ("Xã Y Tý", Coverage(4, 1, 0), Coverage(4, 2, 0), "corrected-since"),
        ("Xã Cốc Mỳ", Coverage(2, 0, 0), Coverage(2, 0, 0), "unchanged"),
    ]
    assert not after.all_unchanged and "2 dòng báo cáo định kỳ đã khác ở nguồn" in after.sentence
    assert say_unchanged(after.coverage_since) == ""
    assert say_coverage(after.coverage_since[1]) == "Xã Y Tý: lúc lập 1/4 (đúng hạn 0), hiện nay 2/4 (đúng hạn 0)"


def test_reports_that_are_no_longer_due_are_told(counting: bytes) -> None:
    owed = AssignmentRow("village", "month", approval_level="commune", from_day=date(2023, 12, 1))
    set_assignments("bao_cao_thang_thon", [owed], by=WRITER, at=AT)

    assert [now for _name, _printed, now, _outcome in coverage_of(verify_docx(counting))][:2] == [
        Coverage(3, 0, 0), Coverage(2, 0, 0),
    ]  # fmt: skip


def test_how_many_reports_there_are_now_stays_within_the_readers_reach(counting: bytes) -> None:
    send_month(6, "2023-12")
    scope = Scope(False, {WEST: (Window(date(1900, 1, 1), None),), 5: (Window(date(1900, 1, 1), None),),
                          6: (Window(date(1900, 1, 1), None),)})  # fmt: skip

    assert [(name, now) for name, _printed, now, _outcome in coverage_of(verify_docx(counting, scope=scope))] == [
        ("Huyện Bát Xát", None), ("Xã Y Tý", Coverage(4, 2, 0)), ("Xã Cốc Mỳ", None),
    ]  # fmt: skip


def test_files_whose_list_counts_no_units_or_no_reports_still_verify(counting: bytes) -> None:
    """As older files spell it: without places in its lines, or without any line of coverage."""
    envelope = WordFile(counting).find_envelope()
    assert envelope is not None
    spelled = json.loads(zlib.decompress(from_text(envelope.payload)))
    spelled["coverage"] = [
        {name: value for name, value in one.items() if name not in ("place", "place_name")}
        for one in spelled["coverage"]
        if one["form"]
    ]

    def seal_again(given: dict[str, Any]) -> bytes:
        payload = zlib.compress(json.dumps(given).encode())
        return attach(counting, Envelope(*signing.sign(payload), to_text(payload)))

    first = verify_docx(seal_again(spelled))
    del spelled["coverage"], spelled["coverage_links"]
    oldest = verify_docx(seal_again(spelled))

    assert first.all_unchanged and len(first.coverage_since) == 1
    assert oldest.all_unchanged and oldest.coverage_since == ()


def test_a_number_typed_over_in_the_file_is_found(report: bytes) -> None:
    found = verify_docx(edit(report, ">32,6 triệu đồng<", ">36,2 triệu đồng<"))

    assert outcomes(found) == [("tien_mat", "changed-in-file", "32,6 triệu đồng", "36,2 triệu đồng", "32,6 triệu đồng")]
    assert not found.all_unchanged
    assert "1 số bị sửa trong tệp" in found.sentence


def test_a_figure_taken_out_of_the_file_is_found(report: bytes) -> None:
    gone = edit(report, ">32,6 triệu đồng<", "><")

    assert outcomes(verify_docx(gone)) == [
        ("tien_mat", "missing-from-file", "32,6 triệu đồng", None, "32,6 triệu đồng")
    ]


def test_a_link_to_a_figure_that_was_never_printed_is_found(report: bytes) -> None:
    def change(name: str, part: bytes) -> bytes:
        # The address of the first figure now asks something else: an altered ref is no longer the one printed.
        return (
            re.sub(rb"/figures/([\w-]+)/", rb"/figures/eNkhac/", part, count=1)
            if name.endswith("document.xml.rels")
            else part
        )

    found = verify_docx(rewrite(report, change))

    assert {"missing-from-file", "unreadable"} <= {outcome for _code, outcome, *_rest in outcomes(found)}


def test_a_correction_at_the_source_is_found_and_shown() -> None:
    world = store_world()
    first, *_rest = state_usual(world)
    store_template()
    report = make().content

    world.correct(first, "ngay_cong", 1001)

    found = verify_docx(report)
    assert outcomes(found) == [
        ("ngay_cong", "corrected-since", "1.234", "1.234", "1.235"),
        ("ngay_cong", "corrected-since", "1.234", "1.234", "1.235"),
        ("ngay_cong", "corrected-since", "1.200", "1.200", "1.201"),
    ]
    assert {check.ref == check.ref_now for check in found.figures if check.outcome != Outcome.UNCHANGED} == {False}


def test_a_figure_that_was_missing_and_is_there_now_counts_as_corrected() -> None:
    world = store_world()
    state_usual(world)
    store_template()
    report = make().content

    world.state("chua_ai_ghi", 5, date(2023, 6, 1), 7)

    assert [(code, outcome) for code, outcome, *_rest in outcomes(verify_docx(report))] == [
        ("chua_ai_ghi", "corrected-since"),
        ("chua_ai_ghi", "corrected-since"),
    ]


def test_words_around_the_figures_may_be_edited_and_that_is_said(report: bytes) -> None:
    found = verify_docx(edit(report, "Báo cáo của", "Dự thảo báo cáo của"))

    assert (found.all_unchanged, found.text) == (True, "edited")


def test_a_link_cut_into_pieces_by_a_word_processor_is_one_figure(report: bytes) -> None:
    cut = edit(
        report,
        '>32,6 triệu đồng</w:t>',
        '>32,6</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t xml:space="preserve"> triệu đồng</w:t>',
    )  # fmt: skip

    assert verify_docx(cut).all_unchanged


def test_figures_kept_as_fields_are_still_found(report: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(report)) as file:
        targets = dict(
            re.findall(r'Id="(rId\d+)"[^>]*Target="([^"]+)"', file.read("word/_rels/document.xml.rels").decode())
        )
        targets |= {
            i: t
            for t, i in re.findall(
                r'Target="([^"]+)"[^>]*Id="(rId\d+)"', file.read("word/_rels/document.xml.rels").decode()
            )
        }

    def as_field(match: re.Match[str]) -> str:
        def mark(kind: str) -> str:
            return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

        address = targets[match.group(1)]
        instruction = f'<w:r><w:instrText> HYPERLINK "{address}" </w:instrText></w:r>'
        return mark("begin") + instruction + mark("separate") + match.group(2) + mark("end")

    def change(name: str, part: bytes) -> bytes:
        if name != "word/document.xml":
            return part
        return re.sub(r'<w:hyperlink r:id="(rId\d+)"[^>]*>(.*?)</w:hyperlink>', as_field, part.decode()).encode()

    found = verify_docx(rewrite(report, change))

    assert found.all_unchanged, outcomes(found)


def test_deleted_text_of_tracked_changes_does_not_count(report: bytes) -> None:
    tracked = edit(
        report,
        '>32,6 triệu đồng</w:t></w:r>',
        '>32,6 triệu đồng</w:t></w:r><w:del w:id="9" w:author="x"><w:r><w:delText>99</w:delText></w:r></w:del>',
    )  # fmt: skip

    assert verify_docx(tracked).all_unchanged


def test_a_list_of_figures_changed_by_hand_is_not_believed(report: bytes) -> None:
    def change(name: str, part: bytes) -> bytes:
        if b"urn:caunoi:report-manifest:1" not in part or b"signature" not in part:
            return part
        return re.sub(rb">([A-Za-z0-9+/]{20})", lambda found: b">" + found.group(1)[::-1], part, count=1)

    found = verify_docx(rewrite(report, change))

    assert (found.manifest, found.figures) == ("broken", ())
    assert "chữ ký không khớp" in found.sentence


def test_another_systems_report_is_sent_to_that_system(report: bytes) -> None:
    key = Path(settings.CAUNOI_HOME) / "keys" / "reports.pem"
    key.unlink()

    found = verify_docx(report)

    assert found.manifest == "foreign"
    assert "hệ thống khác" in found.sentence


def test_a_word_file_that_is_no_report_is_told_so() -> None:
    found = verify_docx(make_docx(["Công văn"]))

    assert (found.manifest, found.all_unchanged) == ("missing", False)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b"0" * 350_000_000)
    return out.getvalue()


def lying_bomb() -> bytes:
    """A part that says it has 1,000 bytes, with the right checksum of those, and unpacks to 350 MB."""
    content = bytearray(bomb())
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 16 : entry + 20] = zlib.crc32(b"0" * 1000).to_bytes(4, "little")
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    return bytes(content)


def with_entities() -> bytes:
    laughs = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><d>&b;</d>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("word/document.xml", laughs)
    return out.getvalue()


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "không phải là tệp Word"),
        (b"PK\x03\x04 cut off", "không phải là tệp Word"),
        ("Báo cáo".encode(), "không phải là tệp Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "không phải là tệp Word"),
    ],
)
def test_what_is_no_word_file_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(NotAReport, match=said):
        verify_docx(content)


def test_a_file_that_unpacks_without_end_is_not_unpacked() -> None:
    with pytest.raises(NotAReport, match="quá lớn"):
        verify_docx(bomb())


def test_a_file_that_lies_about_what_it_unpacks_to_takes_no_memory() -> None:
    content = lying_bomb()
    tracemalloc.start()
    try:
        with pytest.raises(NotAReport, match="hỏng"):
            verify_docx(content)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_entities_are_never_expanded() -> None:
    assert verify_docx(with_entities()).manifest == "missing"


def test_a_truncated_download_is_refused(report: bytes) -> None:
    with pytest.raises(NotAReport, match="hỏng"):
        verify_docx(report[: len(report) // 2])


def test_of_units_out_of_reach_nothing_new_is_told() -> None:
    world = store_world()
    first, _second, third, *_rest = state_usual(world)
    store_template()
    report = make().content
    world.correct(third, "ngay_cong", 40)
    scope = Scope(False, {DISTRICT: (Window(date(1900, 1, 1), None),)})

    found = verify_docx(report, scope=scope)

    hidden = [check for check in found.figures if check.place == f"u{EAST}"]
    assert [(check.outcome, check.printed, check.now) for check in hidden] == [(Outcome.UNREADABLE, "34", None)]


@pytest.mark.usefixtures("own_keys")
def test_the_key_is_made_once_and_readable_by_its_owner_alone(report: bytes) -> None:
    key = Path(settings.CAUNOI_HOME) / "keys" / "reports.pem"
    before = key.read_bytes()

    make()

    assert key.read_bytes() == before
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert os.listdir(key.parent) == ["reports.pem"]


@pytest.mark.usefixtures("own_keys")
def test_a_report_signed_with_a_key_that_was_rotated_since_still_verifies(report: bytes) -> None:
    old, new = rotate_key(by=WRITER, at=AT)
    middle = make().content
    rotate_key(by=WRITER, at=AT)

    assert old != new
    assert [verify_docx(one).all_unchanged for one in (report, middle, make().content)] == [True] * 3
    keys = list_keys()
    assert [key.until is None for key in keys] == [True, False, False]
    assert {key.name for key in keys[1:]} == {old, new}
    private = [path for path in (Path(settings.CAUNOI_HOME) / "keys").rglob("*.pem") if b"PRIVATE" in path.read_bytes()]
    assert [path.name for path in private] == ["reports.pem"]
    assert AuditLine.objects.filter(action="report.rotate-key").count() == 2


def test_the_name_of_a_key_in_a_file_never_leads_out_of_the_folder_of_keys(report: bytes) -> None:
    def change(_name: str, part: bytes) -> bytes:
        return re.sub(rb'key="[0-9a-f]{16}"', b'key="../../reports.p"', part)

    assert verify_docx(rewrite(report, change)).manifest == "foreign"


def test_sentences_changed_by_hand_are_only_counted(report: bytes) -> None:
    found = verify_docx(edit(report, "Tỷ lệ đạt: ", "Kết quả rất khả quan. Tỷ lệ đạt chung: "))

    assert (found.all_unchanged, found.text, found.sentences_changed) == (True, "edited", 2)


def test_a_correction_says_how_many_facts_were_corrected_and_when() -> None:
    world = store_world()
    first, second, *_rest = state_usual(world)
    store_template()
    report = make().content
    world.correct(first, "ngay_cong", 1001)
    world.correct(second, "ngay_cong", 201)

    checks = [check for check in verify_docx(report).figures if check.because is not None]

    said = {(check.place_name, check.because.facts, check.because.places) for check in checks if check.because}
    assert said == {("Huyện Bát Xát", 2, False), ("Xã Y Tý", 2, False)}
    because = checks[0].because
    assert because is not None
    assert say_why(because).startswith("2 số liệu gốc được sửa hoặc bổ sung, gần nhất ngày")
    assert say_why(because).endswith("bản ghi được sửa")


def test_who_may_see_the_records_learns_what_was_said_of_them_and_others_do_not() -> None:
    world = store_world()
    first = state_usual(world)[0]
    store_template()
    report = make().content
    world.correct(first, "ngay_cong", 1001)
    ApprovalStep.objects.create(
        subject=f"submission:{first}", number=1, step="return", from_state="submitted", to_state="returned",
        by_name="Cán bộ xã", at=AT + timedelta(days=1), comment="Ghi thiếu một ngày công",
    )  # fmt: skip

    officers, anyones = (
        [check.because for check in verify_docx(report, public=public).figures if check.because is not None]
        for public in (False, True)
    )

    assert [(one.submission, one.reasons) for one in officers[0].records] == [(first, ("Ghi thiếu một ngày công",))]
    assert officers[0].kinds == anyones[0].kinds == ("corrected",)
    assert [one.records for one in anyones] == [()] * len(officers)


def save_in_libreoffice(content: bytes, folder: Path) -> bytes:
    """As it comes out of LibreOffice Writer."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-writer)")
    (folder / "bao-cao.docx").write_bytes(content)
    subprocess.run(
        [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "docx",
         "--outdir", str(folder / "saved"), str(folder / "bao-cao.docx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return (folder / "saved" / "bao-cao.docx").read_bytes()


def test_a_report_saved_again_by_libreoffice_is_unchanged(report: bytes, tmp_path: Path) -> None:
    saved = save_in_libreoffice(report, tmp_path)

    assert saved != report
    assert verify_docx(saved).all_unchanged
    assert outcomes(verify_docx(edit(saved, "32,6 triệu đồng", "36,2 triệu đồng")))[0][1] == "changed-in-file"
