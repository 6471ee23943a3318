from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import docx
import pytest
import segno
from django.db import IntegrityError, transaction
from docx.opc.constants import RELATIONSHIP_TYPE

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.approvals.queries import list_steps
from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.audit.rules import read_anchor
from caunoi.desk.tests.builders import user
from caunoi.documents.actions import read_bytes
from caunoi.documents.models import Document, DocumentKind
from caunoi.moments import local_date
from caunoi.reports.actions import (
    approve_report,
    choose_signer,
    issue_report,
    make_again,
    return_report,
    set_body_layout,
    submit_report,
    take_back_file,
)
from caunoi.reports.actions.issuing import IssueData
from caunoi.reports.errors import (
    CannotReplace,
    DraftUnfinished,
    FiguresDropped,
    FiguresRetyped,
    NumberTaken,
    OwnReport,
    ReportCommentMissing,
    ReportMoved,
    ReportStepDone,
    ReportStepImpossible,
    ReportStepNotAllowed,
    ReportUnknown,
    WrongReportFile,
)
from caunoi.reports.models import ReportRun, ReportVersion
from caunoi.reports.permissions import OWN, PERMISSIONS
from caunoi.reports.policies import find_obstacle
from caunoi.reports.queries import list_replaceable, list_waiting, propose_signer, read_run
from caunoi.reports.rules.life import ReportState, ReportStep, find_next
from caunoi.reports.tests.builders import DISTRICT, EAST, make, state_usual, store_template, store_world, text_of_docx
from caunoi.reports.tests.test_verifying import edit, save_in_libreoffice
from caunoi.reports.verification import verify_docx
from caunoi.tasks.models import Task

# Rows: from; columns: steps; `.` = not possible.
TABLE = """
            revise    submit     return    approve   issue   supersede
draft       draft     submitted  .         .         .       .
submitted   .         .          returned  approved  .       .
returned    returned  submitted  .         .         .       .
approved    .         .          returned  .         issued  .
issued      .         .          .         .         .       superseded
superseded  .         .          .         .         .       .
"""
LINES = [line.split() for line in TABLE.strip().splitlines()]
CASES = [
    (ReportState(line[0]), ReportStep(step), None if target == "." else ReportState(target))
    for line in LINES[1:]
    for step, target in zip(LINES[0], line[1:], strict=True)
]
AT = datetime(2024, 2, 6, 3, tzinfo=UTC)
DECREE = (
    "Số: {{ so_van_ban }}",
    "{{ noi_ban_hanh }}, {{ ngay_ban_hanh }}",
    "Nhân dân {{ don_vi }} góp {{ so('ngay_cong') }} ngày công, {{ tien('tien_mat') }}. Tinh thần rất tốt.",
    "{{ chuc_vu_ky }}",
    "Ký: {{ nguoi_ky }}",
)


def test_the_table_names_every_state_and_step() -> None:
    assert {(state, step) for state, step, _target in CASES} == {(s, t) for s in ReportState for t in ReportStep}


@pytest.mark.parametrize(("state", "step", "target"), CASES)
def test_each_step_from_each_state_leads_where_the_table_says(
    state: ReportState, step: ReportStep, target: ReportState | None
) -> None:
    assert find_next(state, step) == target
    obstacle = find_obstacle(state, step, comment="sửa mục II")
    assert (obstacle is None) == (target is not None)
    if obstacle is not None:
        assert isinstance(obstacle, ReportStepImpossible | ReportStepDone)


@pytest.mark.parametrize("step", list(ReportStep))
@pytest.mark.parametrize("role", list(Role))
def test_every_role_and_step_has_a_decision(role: Role, step: ReportStep) -> None:
    writes = role in (Role.EDITOR, Role.APPROVER, Role.PROGRAMME_MANAGER)
    decides = role in (Role.APPROVER, Role.PROGRAMME_MANAGER)

    assert (role in PERMISSIONS[step]) == (decides if step in (ReportStep.RETURN, ReportStep.APPROVE) else writes)
    assert {ReportStep.REVISE, ReportStep.SUBMIT} == OWN


@pytest.fixture
def writer(db: None) -> User:
    state_usual(store_world())
    store_template(DECREE)
    return user("viet", [(Role.EDITOR, DISTRICT)], "Lý Thị Mai")


@pytest.fixture
def chief(writer: User) -> User:
    return user("duyet", [(Role.APPROVER, DISTRICT)], "Trần Văn Sơn")


@pytest.fixture
def report(writer: User) -> ReportRun:
    return make(by=writer.actor).run


def scope(who: User) -> Any:
    return scope_of(who, local_date(AT))


def approved(report: ReportRun, writer: User, chief: User) -> ReportRun:
    submit_report(report_id=report.pk, by=writer, at=AT)
    approve_report(report_id=report.pk, by=chief, at=AT)
    report.refresh_from_db()
    return report


def issue(report: ReportRun, writer: User, number: str = "12/BC-UBND", **more: Any) -> ReportRun:
    data = IssueData(number, date(2024, 2, 7), "Y Tý", "CHỦ TỊCH", **more)
    return issue_report(report_id=report.pk, data=data, by=writer, at=AT)


def bring_back(report: ReportRun, content: bytes, by: User, **more: Any) -> ReportVersion:
    return take_back_file(report_id=report.pk, content=content, by=by, at=AT, scope=scope(by), **more)


# -- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_says_so_and_leaves_number_and_date_blank(report: ReportRun) -> None:
    words = text_of_docx(read_bytes(report.file_id))

    assert words.startswith("DỰ THẢO LẦN 1\nSố: …………\nBát Xát, ngày …… tháng …… năm 2024")
    assert report.state == ReportState.DRAFT
    assert [(v.number, v.kind, v.file_id) for v in report.versions.all()] == [(1, "made", report.file_id)]


def test_sentences_rewritten_in_word_come_back_as_the_next_version(report: ReportRun, writer: User) -> None:
    ours = edit(read_bytes(report.file_id), "Tinh thần rất tốt.", "Bà con hưởng ứng. Tinh thần tốt.")

    version = bring_back(report, ours, writer)

    report.refresh_from_db()
    assert (version.number, version.kind, version.sentences_changed) == (2, "edited", 2)
    words = text_of_docx(read_bytes(report.file_id))
    assert "DỰ THẢO LẦN 2" in words and "DỰ THẢO LẦN 1" not in words and "hưởng ứng" in words
    found = verify_docx(read_bytes(report.file_id))
    assert (found.all_unchanged, found.text, found.sentences_changed) == (True, "unchanged", 0)
    assert "DỰ THẢO LẦN 1" in text_of_docx(read_bytes(report.versions.get(number=1).file_id))


def test_a_figure_changed_by_hand_is_refused_and_named(report: ReportRun, writer: User) -> None:
    ours = edit(read_bytes(report.file_id), ">32,6 triệu đồng<", ">36,2 triệu đồng<")

    with pytest.raises(FiguresRetyped) as refused:
        bring_back(report, ours, writer)

    assert [m.message for m in refused.value.mistakes] == [
        "tien_mat, Huyện Bát Xát: đã in 32,6 triệu đồng, trong tệp là 36,2 triệu đồng"
    ]
    assert report.versions.count() == 1


def test_a_figure_taken_out_needs_a_confirmation(report: ReportRun, writer: User) -> None:
    ours = edit(read_bytes(report.file_id), ">32,6 triệu đồng<", "><")

    with pytest.raises(FiguresDropped, match="1 số liệu không còn"):
        bring_back(report, ours, writer)
    version = bring_back(report, ours, writer, dropping=True)

    assert version.figures == report.figures - 1
    assert verify_docx(read_bytes(version.file_id)).all_unchanged


def test_only_the_newest_version_of_this_very_report_is_taken_back(report: ReportRun, writer: User) -> None:
    first = read_bytes(report.file_id)
    bring_back(report, edit(first, "rất tốt", "tốt"), writer)
    report.refresh_from_db()

    with pytest.raises(WrongReportFile, match="sửa từ phiên bản 1"):
        bring_back(report, first, writer)
    with pytest.raises(WrongReportFile, match="báo cáo khác"):
        bring_back(report, make(by=writer.actor).content, writer)
    other = io.BytesIO()
    docx.Document().save(other)
    with pytest.raises(WrongReportFile, match="không có bảng kê"):
        bring_back(report, other.getvalue(), writer)


def test_a_report_is_made_again_when_the_records_were_corrected(writer: User) -> None:
    run = make(by=writer.actor).run

    version = make_again(report_id=run.pk, by=writer, at=AT, scope=scope(writer))

    run.refresh_from_db()
    assert (version.number, run.current_number, run.file_id) == (2, 2, version.file_id)
    assert read_run(run)[1].report == run.key


def test_tracked_changes_are_settled_before_a_report_is_submitted(report: ReportRun, writer: User) -> None:
    ours = edit(
        read_bytes(report.file_id),
        "</w:body>",
        '<w:p><w:ins w:id="7" w:author="x"><w:r><w:t>thêm</w:t></w:r></w:ins></w:p></w:body>',
    )
    bring_back(report, ours, writer)

    with pytest.raises(DraftUnfinished, match="Track Changes"):
        submit_report(report_id=report.pk, by=writer, at=AT)


# -- deciding ---------------------------------------------------------------------------------------------------------


def test_a_report_goes_up_comes_back_with_comments_and_is_approved(
    report: ReportRun, writer: User, chief: User
) -> None:
    submit_report(report_id=report.pk, by=writer, at=AT)
    assert [r.pk for r in list_waiting(chief, local_date(AT))] == [report.pk]
    assert list_waiting(writer, local_date(AT)) == []
    assert Task.objects.get(done_at=None).kind == "report-approve"

    with pytest.raises(ReportCommentMissing):
        return_report(report_id=report.pk, by=chief, at=AT, comment=" ")
    return_report(report_id=report.pk, by=chief, at=AT, comment="Viết lại mục II")
    assert [r.pk for r in list_waiting(writer, local_date(AT))] == [report.pk]
    assert Task.objects.get(done_at=None).kind == "report-revise"

    approved(report, writer, chief)
    steps = [(s.step, s.to_state, s.by_name, s.comment) for s in list_steps(report.subject)]
    assert steps == [
        ("submit", "submitted", "Lý Thị Mai", ""),
        ("return", "returned", "Trần Văn Sơn", "Viết lại mục II"),
        ("submit", "submitted", "Lý Thị Mai", ""),
        ("approve", "approved", "Trần Văn Sơn", ""),
    ]
    lines = AuditLine.objects.filter(subject=report.subject).order_by("number").values_list("action", flat=True)
    assert list(lines) == ["report.make", "report.submit", "report.return", "report.submit", "report.approve"]
    assert Task.objects.get(done_at=None).kind == "report-issue"


def test_nobody_approves_what_they_submitted(writer: User, chief: User) -> None:
    mine = make(by=chief.actor).run
    submit_report(report_id=mine.pk, by=chief, at=AT)

    with pytest.raises(OwnReport):
        approve_report(report_id=mine.pk, by=chief, at=AT)


def test_steps_are_for_those_whose_roles_reach_the_unit(report: ReportRun, writer: User) -> None:
    submit_report(report_id=report.pk, by=writer, at=AT)

    with pytest.raises(ReportStepNotAllowed):
        approve_report(report_id=report.pk, by=user("xem", [(Role.VIEWER, DISTRICT)]), at=AT)
    with pytest.raises(ReportUnknown):
        approve_report(report_id=report.pk, by=user("xa", [(Role.APPROVER, EAST)]), at=AT)


def test_a_viewer_submits_the_report_they_made_and_no_other(writer: User) -> None:
    viewer = user("xem", [(Role.VIEWER, DISTRICT)])
    mine, other = make(by=viewer.actor).run, make(by=writer.actor).run

    submit_report(report_id=mine.pk, by=viewer, at=AT)
    with pytest.raises(ReportStepNotAllowed):
        submit_report(report_id=other.pk, by=viewer, at=AT)


def test_what_was_not_looked_at_is_not_approved(report: ReportRun, writer: User, chief: User) -> None:
    submit_report(report_id=report.pk, by=writer, at=AT, number=1)

    with pytest.raises(ReportMoved):
        approve_report(report_id=report.pk, by=chief, at=AT, number=2)
    approve_report(report_id=report.pk, by=chief, at=AT, number=1)
    with pytest.raises(ReportStepDone):
        approve_report(report_id=report.pk, by=chief, at=AT, number=1)


# -- issuing ----------------------------------------------------------------------------------------------------------


def test_an_issued_report_bears_number_date_and_a_page_to_verify_it_by(
    report: ReportRun, writer: User, chief: User
) -> None:
    bring_back(report, edit(read_bytes(report.file_id), "rất tốt", "tốt"), writer)
    issued = issue(approved(report, writer, chief), writer)

    content = read_bytes(issued.file_id)
    words = text_of_docx(content)
    assert words.startswith("Số: 12/BC-UBND\nY Tý, ngày 07 tháng 02 năm 2024\nNhân dân Huyện Bát Xát")
    assert "DỰ THẢO" not in words and "Tinh thần tốt." in words and "CHỦ TỊCH" in words
    assert f"/verify/{issued.key}/" in words
    manifest = read_run(issued)[1]
    assert manifest.issue is not None
    anchor = read_anchor(manifest.issue.anchor)
    assert anchor is not None and find_chain_break(anchor) is None
    assert AuditLine.objects.get(number=anchor.line).action == "report.approve"
    assert manifest.issue.anchor in words
    word = docx.Document(io.BytesIO(content))
    assert len(word.inline_shapes) == 1
    drawn = io.BytesIO()
    (address,) = [line for line in words.splitlines() if f"/verify/{issued.key}/" in line]
    segno.make(address, error="m", micro=False).save(drawn, kind="png", scale=8, border=4)
    pictures = [one.target_part.blob for one in word.part.rels.values() if one.reltype == RELATIONSHIP_TYPE.IMAGE]
    assert pictures == [drawn.getvalue()]
    found = verify_docx(content)
    assert (found.all_unchanged, found.text) == (True, "unchanged")
    assert find_chain_break() is None


def test_the_signer_chosen_before_stands_in_the_signature_box(report: ReportRun, writer: User, chief: User) -> None:
    choose_signer(report_id=report.pk, title="CHỦ TỊCH", name="Nguyễn Văn An", by=writer, at=AT)
    run = approved(report, writer, chief)

    title, name = propose_signer(run)
    issued = issue(run, writer, signer_name=name)

    assert "CHỦ TỊCH\nKý: Nguyễn Văn An\n" in text_of_docx(read_bytes(issued.file_id))
    manifest = read_run(issued)[1]
    assert manifest.issue is not None and manifest.issue.signer_name == name and title == "CHỦ TỊCH"
    assert "An" not in str(AuditLine.objects.get(action="report.signer").detail)
    with pytest.raises(ReportStepImpossible):
        choose_signer(report_id=report.pk, title="", name="", by=writer, at=AT)
    assert propose_signer(make(by=writer.actor).run) == ("CHỦ TỊCH", "Nguyễn Văn An")


def test_without_a_name_the_line_stays_empty(report: ReportRun, writer: User, chief: User) -> None:
    issued = issue(approved(report, writer, chief), writer)

    assert "Ký:  \n" in text_of_docx(read_bytes(issued.file_id))


def test_an_issued_report_enters_the_register_of_outgoing_documents(
    report: ReportRun, writer: User, chief: User
) -> None:
    DocumentKind.objects.create(code="bao_cao", name_vi="Báo cáo", name_en="Report", sign="BC", pack="thu")

    issued = issue(approved(report, writer, chief), writer)

    entry = Document.objects.get()
    assert (entry.direction, entry.reference, entry.issued_on) == ("outgoing", "12/BC-UBND", date(2024, 2, 7))
    assert (entry.org_unit_id, entry.kind and entry.kind.code, entry.title) == (DISTRICT, "bao_cao", issued.title)
    assert [file.stored_id for file in entry.files.all()] == [issued.file_id]


def test_an_issued_report_never_changes_again(report: ReportRun, writer: User, chief: User) -> None:
    issued = issue(approved(report, writer, chief), writer)
    file = issued.file_id
    content = read_bytes(file)

    with pytest.raises(ReportStepImpossible):
        bring_back(issued, read_bytes(file), writer)
    with pytest.raises(ReportStepImpossible):
        make_again(report_id=issued.pk, by=writer, at=AT, scope=scope(writer))
    with pytest.raises(ReportStepDone):
        issue(issued, writer, "13/BC-UBND")
    issued.refresh_from_db()
    assert (issued.file_id, issued.issue_number) == (file, "12/BC-UBND")
    assert read_bytes(issued.file_id) == content
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportRun.objects.filter(pk=issued.pk).update(issue_number="")


def test_a_number_is_given_once_a_year(report: ReportRun, writer: User, chief: User) -> None:
    issue(approved(report, writer, chief), writer)

    with pytest.raises(NumberTaken, match="12/BC-UBND"):
        issue(approved(make(by=writer.actor).run, writer, chief), writer)


def test_a_later_report_supersedes_an_issued_one_of_the_same_unit(report: ReportRun, writer: User, chief: User) -> None:
    old = issue(approved(report, writer, chief), writer)
    newer = approved(make(by=writer.actor).run, writer, chief)
    elsewhere = approved(make(EAST, by=writer.actor).run, writer, chief)
    assert [one.pk for one in list_replaceable(newer)] == [old.pk]

    with pytest.raises(CannotReplace):
        issue(elsewhere, writer, "1/BC-UBND", replaces=old.pk)
    issue(newer, writer, "13/BC-UBND", replaces=old.pk)

    old.refresh_from_db()
    assert (old.state, old.replaced_by.get().pk) == (ReportState.SUPERSEDED, newer.pk)
    assert verify_docx(read_bytes(old.file_id)).all_unchanged


def test_two_bodies_report_about_one_unit_each_with_a_life_of_its_own(
    report: ReportRun, writer: User, chief: User
) -> None:
    """The committee and the mass mobilisation commission of one district, the same template and days."""
    lead = user("nhiem", [(Role.PROGRAMME_MANAGER, DISTRICT)], "Lò Thị Hoa")
    commission = "Ban Tuyên vận"
    layout = {"set": "khac", "body": commission, "recipients": []}
    set_body_layout(org_unit_id=DISTRICT, template_code="", layout=layout, by=lead, at=AT, body=commission)
    ours = issue(approved(report, writer, chief), writer)
    theirs = approved(make(by=writer.actor, body=commission).run, writer, chief)

    with pytest.raises(CannotReplace):
        issue(theirs, writer, "9/BC-BTV", replaces=ours.pk)
    issue(theirs, writer)  # the number is the committee's; the commission counts its own
    newer = approved(make(by=writer.actor, body=commission).run, writer, chief)
    assert [one.pk for one in list_replaceable(newer)] == [theirs.pk]
    issue(newer, writer, "13/BC-UBND", replaces=theirs.pk)

    assert theirs.title == f"{ours.title} ({commission})"
    states = dict(ReportRun.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in (ours, theirs, newer)] == ["issued", "superseded", "issued"]
    assert all(verify_docx(read_bytes(one.file_id)).all_unchanged for one in ReportRun.objects.all())


# -- with another word processor --------------------------------------------------------------------------------------


def test_a_draft_rewritten_and_saved_by_libreoffice_is_taken_back_and_issued(
    report: ReportRun, writer: User, chief: User, tmp_path: Path
) -> None:
    saved = save_in_libreoffice(edit(read_bytes(report.file_id), "rất tốt", "tốt"), tmp_path)

    bring_back(report, saved, writer)
    issued = issue(approved(report, writer, chief), writer)

    words = text_of_docx(read_bytes(issued.file_id))
    assert words.startswith("Số: 12/BC-UBND\nY Tý, ngày 07 tháng 02 năm 2024\nNhân dân Huyện Bát Xát")
    assert "DỰ THẢO" not in words and "Tinh thần tốt." in words
    again = verify_docx(save_in_libreoffice(read_bytes(issued.file_id), tmp_path))
    assert (again.all_unchanged, again.sentences_changed) == (True, 0)
