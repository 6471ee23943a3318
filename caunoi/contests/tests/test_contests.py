from __future__ import annotations

import io
import time
import zlib
from datetime import timedelta
from decimal import Decimal

import pytest
from PIL import Image
from pytest_django import Settings

from caunoi.accounts.models import Role, RoleGrant
from caunoi.accounts.queries import scope_of
from caunoi.audit.models import AuditLine
from caunoi.awards.actions import drop_dossier
from caunoi.awards.models import Dossier
from caunoi.awards.people import open_names as award_names
from caunoi.awards.tests.builders import store_awards
from caunoi.contests.actions import (
    add_entry,
    answer_appeal,
    appoint_judge,
    begin_judging,
    begin_next_round,
    close_contest,
    dismiss_judge,
    erase_entrant,
    extend,
    make_appeal,
    open_contest,
    propose_awards,
    publish_contest,
    put_marks,
    rank_again,
    rank_round,
    withdraw_entry,
)
from caunoi.contests.actions.awarding import Proposed
from caunoi.contests.actions.closing import owes_record
from caunoi.contests.errors import (
    ContestInvalid,
    ContestNotYours,
    ContestStepImpossible,
    ContestUnknown,
    EntryLate,
    JudgeOfOwn,
    MarkOutsideScale,
    MarksMissing,
    NotAJudge,
)
from caunoi.contests.files import LARGEST_FILE, blank_properties, prepare_entry_file
from caunoi.contests.models import Contest, Entrant, Judge, RankingVersion
from caunoi.contests.people import open_names
from caunoi.contests.queries import find_ranking, get_contest, get_judge, get_published, list_dossiers, read_ranking
from caunoi.contests.tests.builders import (
    AFTER,
    APPEALS_UNTIL,
    DURING,
    LATE,
    PLANNED_AT,
    Places,
    enter,
    judging,
    make_world,
    mark,
    named,
    opened,
    plan,
    published,
    terms,
)
from caunoi.documents.errors import DocumentFileRefused
from caunoi.forms.actions import set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.queries import get_snapshot
from caunoi.records.models import SubmissionVersion
from caunoi.records.tests.builders import user

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


# ---- Entering -------------------------------------------------------------------------------------------------------


def test_a_persons_name_is_sealed_and_an_entrant_with_two_entries_is_one(places: Places) -> None:
    contest = opened(places)
    enter(contest, places.officer, places.village, "Bài một", name="Vàng Thị Mỷ")
    enter(contest, places.officer, places.village, "Bài hai", name="vàng thị mỷ")

    entrant = Entrant.objects.get()

    assert entrant.name.startswith("sealed:")
    assert open_names([entrant]) == {entrant.pk: "Vàng Thị Mỷ"}
    assert "Mỷ" not in str(list(AuditLine.objects.values_list("detail", flat=True)))


def test_a_village_enters_for_itself_and_for_nobody_else(places: Places) -> None:
    contest = opened(places)

    enter(contest, places.head, places.village, "Bài thôn 1")

    with pytest.raises(ContestNotYours):
        enter(contest, places.head, places.second, "Bài thôn 2")
    with pytest.raises(ContestInvalid):
        enter(contest, places.officer, places.other, "Bài xã khác")


def test_an_entry_after_the_deadline_is_refused_until_the_organiser_extends_it_with_a_reason(places: Places) -> None:
    contest = opened(places)
    with pytest.raises(EntryLate) as refused:
        enter(contest, places.officer, places.village, "Bài muộn", at=LATE)
    assert "17:00, 10/03/2026" in refused.value.sentence
    later = LATE + timedelta(days=2)
    with pytest.raises(ContestInvalid):
        extend(contest.pk, what="entries", until=later, because=" ", by=places.officer, at=LATE)

    extend(contest.pk, what="entries", until=later, because="Mưa lũ", by=places.officer, at=LATE)
    enter(contest, places.officer, places.village, "Bài muộn", at=LATE)

    line = AuditLine.objects.get(action="contest.extend")
    assert line.detail["because"] == "Mưa lũ"


def test_a_title_that_names_the_entrant_would_tell_the_judges(places: Places) -> None:
    contest = opened(places)

    with pytest.raises(ContestInvalid):
        enter(contest, places.officer, places.village, "Bài của Vang Thi My", name="Vàng Thị Mỷ")


def test_whoever_is_below_may_see_a_contest_once_it_takes_entries_and_a_stranger_never(places: Places) -> None:
    contest, stranger = plan(places), user("khác", (Role.VIEWER, places.other))
    today = DURING.date()

    with pytest.raises(ContestUnknown):
        get_contest(contest.pk, places.head, scope_of(places.head, today), today)
    open_contest(contest.pk, by=places.officer, at=PLANNED_AT)

    assert get_contest(contest.pk, places.head, scope_of(places.head, today), today) == contest
    with pytest.raises(ContestUnknown):
        get_contest(contest.pk, stranger, scope_of(stranger, today), today)


def test_an_erased_name_leaves_the_entry_and_its_marks(places: Places) -> None:
    contest = published(places, một=("8", "8"))
    manager = user("quản lý", (Role.PROGRAMME_MANAGER, places.commune))
    entrant = Entrant.objects.get()

    with pytest.raises(ContestNotYours):
        erase_entrant(contest.pk, entrant.pk, because="Người đó yêu cầu", by=places.officer, at=AFTER)
    erase_entrant(contest.pk, entrant.pk, because="Người đó yêu cầu", by=manager, at=AFTER)

    assert "Người viết" not in open_names([entrant])[entrant.pk]
    assert contest.entries.count() == 1


# ---- Files ----------------------------------------------------------------------------------------------------------


def test_a_photo_and_a_pdf_say_nothing_of_who_made_them(settings: Settings) -> None:
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "Vang Thi My"
    Image.new("RGB", (8, 8)).save(picture, "jpeg", exif=exif)
    pdf = (
        b"%PDF-1.7\n1 0 obj <</Author (V\\)ang (Thi) My) /Creator <56616E67> /Kept (text)>>\n"
        b"<?xpacket begin='' id='x'?><dc:creator>Vang</dc:creator><?xpacket end='w'?>\n%%EOF"
    )

    photo, paper = prepare_entry_file("bài của Mỷ.jpg", picture.getvalue()), prepare_entry_file("a.pdf", pdf)

    assert b"Vang" not in photo.content
    assert b"ang" not in paper.content and b"56616E67" not in paper.content
    assert b"/Kept (text)" in paper.content
    assert len(paper.content) == len(pdf)


@pytest.mark.parametrize(
    "body",
    [
        b"/Encrypt 5 0 R",
        b"/ByteRange [0 1 2 3]",
        b"/Author 7 0 R",
        b"<</Type /ObjStm /Filter /FlateDecode>>\nstream\n" + zlib.compress(b"<</Author (Vang)>>") + b"\nendstream",
    ],
)
def test_a_pdf_whose_maker_cannot_be_taken_out_is_refused(body: bytes) -> None:
    with pytest.raises(ContestInvalid):
        blank_properties(b"%PDF-1.7\n" + body)


def stream(content: bytes) -> bytes:
    return b"<</Type /ObjStm>>\nstream\n" + zlib.compress(content, 9) + b"\nendstream\n"


def test_compressed_objects_are_looked_into_to_the_end_whatever_their_size() -> None:
    large = b" " * 10_000_000

    assert blank_properties(b"%PDF-1.7\n" + stream(large)).startswith(b"%PDF")
    with pytest.raises(ContestInvalid, match="không gỡ được"):
        blank_properties(b"%PDF-1.7\n" + stream(large + b"<</Author (Vang)>>"))


@pytest.mark.parametrize(
    "body",
    [stream(b" " * 70_000_000), stream(b" " * 4_000_000) * 18, stream(b"") * 2_001],
    ids=["one that unpacks to much", "several that do so together", "more than anybody looks into"],
)
def test_a_small_file_that_unpacks_without_end_is_refused(body: bytes) -> None:
    with pytest.raises(ContestInvalid, match="giải nén ra quá lớn"):
        blank_properties(b"%PDF-1.7\n" + body)


def test_a_large_file_is_not_copied_for_each_of_its_streams() -> None:
    content = b"%PDF-1.7\n" + stream(b"<</Kept (text)>>") * 1_900
    content += b" " * (LARGEST_FILE - len(content))
    started = time.process_time()

    blank_properties(content)

    # It takes a fifth of a second; copied each time, ten.
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    "body",
    [b"/Author(" * 2_000, b"/Author<" * 2_000, b"<?xpacket begin=" * 2_000, b"/Author (" + b"a" * 200_000 + b")"],
    ids=["brackets", "hexadecimal", "xmp", "longer than any name"],
)
def test_a_text_that_never_ends_is_refused_and_looked_for_once(body: bytes) -> None:
    with pytest.raises(ContestInvalid, match="không gỡ được"):
        blank_properties(b"%PDF-1.7\n" + body)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bai.exe", b"MZ"),
        ("bai.pdf.exe", b"%PDF-1.7"),
        ("bai.txt", b"chu"),
        ("lon.pdf", b"%PDF-" + b" " * LARGEST_FILE),
    ],
)
def test_other_files_are_refused(name: str, content: bytes) -> None:
    with pytest.raises((ContestInvalid, DocumentFileRefused)):
        prepare_entry_file(name, content)


# ---- Judges ---------------------------------------------------------------------------------------------------------


def test_nobody_judges_what_they_organise_entered_or_come_from(places: Places) -> None:
    contest = opened(places)
    enter(contest, places.head, places.village, "Bài một", name="Lù Văn Trùng")
    neighbour = user("hàng xóm", (Role.VIEWER, places.village))
    other_head = user("thôn 2", (Role.RECORDER, places.second))
    namesake = user("lu van trung", (Role.VIEWER, places.second))

    for one in (places.officer, places.head, neighbour):
        with pytest.raises(JudgeOfOwn) as refused:
            appoint_judge(contest.pk, one, by=places.officer, at=PLANNED_AT)
        assert not refused.value.may_stand
    with pytest.raises(JudgeOfOwn) as asked:
        appoint_judge(contest.pk, namesake, by=places.officer, at=PLANNED_AT)
    assert asked.value.may_stand

    appoint_judge(contest.pk, namesake, namesake_confirmed=True, by=places.officer, at=PLANNED_AT)
    appoint_judge(contest.pk, other_head, by=places.officer, at=PLANNED_AT)


def test_a_judge_cannot_enter_anything_and_an_entry_of_a_judges_village_stops_the_judging(places: Places) -> None:
    contest = opened(places, "một")
    second = user("thôn 2", (Role.RECORDER, places.second))
    judge = appoint_judge(contest.pk, second, by=places.officer, at=PLANNED_AT)

    with pytest.raises(JudgeOfOwn):
        enter(contest, second, places.second, "hai")
    enter(contest, places.officer, places.second, "hai")
    with pytest.raises(JudgeOfOwn):
        begin_judging(contest.pk, by=places.officer, at=DURING)

    dismiss_judge(contest.pk, judge.pk, because="Thôn có bài dự thi", by=places.officer, at=DURING)
    begin_judging(contest.pk, by=places.officer, at=DURING)


def test_a_judge_who_becomes_an_officer_of_the_organiser_marks_and_organises_no_more(places: Places) -> None:
    contest = judging(places, "một")
    RoleGrant.objects.create(user=places.guest, role=Role.EDITOR, org_unit=places.commune, from_day=PLANNED_AT.date())

    with pytest.raises(JudgeOfOwn):
        mark(contest, places.guest, "một", "8", "8")
    with pytest.raises(ContestNotYours):
        withdraw_entry(contest.pk, contest.entries.get().pk, because="x", by=places.guest, at=DURING)


def test_judging_waits_for_the_deadline_and_for_enough_judges(places: Places) -> None:
    contest = opened(places, "một")
    with pytest.raises(ContestInvalid):
        begin_judging(contest.pk, by=places.officer, at=PLANNED_AT)
    one = Judge.objects.get(user=places.guest)
    dismiss_judge(contest.pk, one.pk, because="Bận việc", by=places.officer, at=DURING)

    with pytest.raises(ContestInvalid):
        begin_judging(contest.pk, by=places.officer, at=DURING)


# ---- Marks ----------------------------------------------------------------------------------------------------------


def test_marks_change_until_the_round_is_ranked_and_only_the_judges_give_them(places: Places) -> None:
    contest = judging(places, "một")
    mark(contest, places.guest, "một", "8", None)
    mark(contest, places.guest, "một", "9", "7.5")
    mark(contest, places.leader, "một", "6", "6")

    for one in (places.officer, places.head):
        with pytest.raises(NotAJudge):
            mark(contest, one, "một", "8", "8")
    version = rank_round(contest.pk, by=places.officer, at=DURING)
    with pytest.raises(ContestStepImpossible):
        mark(contest, places.guest, "một", "1", "1")

    assert [one.score for one in read_ranking(version).rows] == [Decimal("7.2")]
    told = [line.detail["marks"] for line in AuditLine.objects.filter(action="contest.mark").order_by("number")]
    assert told[1] == {"noi_dung": ["8", "9"], "trinh_bay": [None, "7.5"]}


@pytest.mark.parametrize("value", ["10.5", "-1", "7.3"])
def test_a_mark_outside_the_scale_is_refused_and_nothing_of_it_kept(places: Places, value: str) -> None:
    contest = judging(places, "một")

    with pytest.raises(MarkOutsideScale):
        mark(contest, places.guest, "một", "8", value)

    assert not contest.entries.get().marks.exists()


def test_after_its_time_judging_goes_on_only_if_it_is_extended(places: Places) -> None:
    contest = judging(places, "một")
    with pytest.raises(ContestInvalid):
        mark(contest, places.guest, "một", "8", "8", at=AFTER)

    extend(contest.pk, what="judging", until=AFTER + timedelta(1), because="Ốm", by=places.officer, at=AFTER)

    mark(contest, places.guest, "một", "8", "8", at=AFTER)


def test_missing_marks_are_named_and_a_judge_who_gives_none_can_be_dismissed(places: Places) -> None:
    contest = opened(places, "một", "hai")
    third = appoint_judge(contest.pk, user("thứ ba", (Role.VIEWER, places.other)), by=places.officer, at=PLANNED_AT)
    begin_judging(contest.pk, by=places.officer, at=DURING)
    for title in ("một", "hai"):
        for judge in (places.guest, places.leader):
            mark(contest, judge, title, "8", "8")

    with pytest.raises(MarksMissing) as refused:
        rank_round(contest.pk, by=places.officer, at=DURING)
    dismiss_judge(contest.pk, third.pk, because="Không chấm", by=places.officer, at=DURING)
    rank_round(contest.pk, by=places.officer, at=DURING)

    assert "001 (3: noi_dung)" in refused.value.sentence


def test_of_two_who_end_the_judging_the_second_is_told(places: Places) -> None:
    contest = judging(places, "một")
    for judge in (places.guest, places.leader):
        mark(contest, judge, "một", "8", "8")
    rank_round(contest.pk, by=places.officer, at=DURING)

    with pytest.raises(ContestStepImpossible):
        rank_round(contest.pk, by=places.officer, at=DURING)

    assert RankingVersion.objects.count() == 1


def test_a_withdrawn_entry_is_not_ranked(places: Places) -> None:
    contest = judging(places, "một", "hai")
    for judge in (places.guest, places.leader):
        mark(contest, judge, "một", "8", "8")
    gone = contest.entries.get(title="hai")

    withdraw_entry(contest.pk, gone.pk, because="Chép bài", by=places.officer, at=DURING)
    version = rank_round(contest.pk, by=places.officer, at=DURING)

    assert [row[0] for row in version.rows] == [contest.entries.get(title="một").blind]


# ---- Rounds, appeals, the end ---------------------------------------------------------------------------------------


def test_the_best_go_on_to_the_next_round_which_has_judges_of_its_own() -> None:
    criteria = [named("noi_dung", weight="60"), named("trinh_bay", weight="40")]
    rounds = [named("so_khao", advance=1, criteria=criteria), named("chung_khao", advance=None, criteria=criteria)]
    places = make_world(**{**terms(), "rounds": rounds, "judges": 1})
    contest = judging(places, "một", "hai")
    for judge in (places.guest, places.leader):
        mark(contest, judge, "một", "8", "8")
        mark(contest, judge, "hai", "7", "8")
    rank_round(contest.pk, by=places.officer, at=DURING)
    with pytest.raises(ContestInvalid):
        publish_contest(contest.pk, appeals_until=APPEALS_UNTIL, by=places.officer, at=DURING)

    begin_next_round(contest.pk, judging_until=APPEALS_UNTIL, by=places.officer, at=DURING)
    with pytest.raises(NotAJudge):
        mark(contest, places.guest, "một", "9", "9")
    appoint_judge(contest.pk, places.leader, by=places.officer, at=DURING)
    mark(contest, places.leader, "một", "9", "9")
    version = rank_round(contest.pk, by=places.officer, at=DURING)

    assert [(row[1], row[2]) for row in version.rows] == [(1, "9.0000")]
    assert find_ranking(contest, 0) != version


def test_marking_again_after_an_appeal_makes_a_new_ranking_and_the_old_one_stays(places: Places) -> None:
    contest = published(places, một=("8", "8"), hai=("7", "7"))
    blind = contest.entries.get(title="hai").blind
    assert blind is not None
    with pytest.raises(NotAJudge):
        get_judge(contest.pk, places.guest)
    appeal = make_appeal(contest.pk, blind, what="Cộng sai điểm", by=places.head, at=DURING)

    answer_appeal(contest.pk, appeal.pk, outcome="remark", answer="Chấm lại", by=places.officer, at=DURING)
    with pytest.raises(ContestUnknown):
        mark(contest, places.guest, "một", "1", "1")
    for judge in (places.guest, places.leader):
        mark(contest, judge, "hai", "9", "9")
    version = rank_again(contest.pk, because="Khiếu nại bài hai", by=places.officer, at=DURING)

    first = find_ranking(contest, 0, 1)
    assert first is not None and version.number == 2
    assert [row[0] for row in first.rows] == [row[0] for row in version.rows][::-1]
    with pytest.raises(ContestUnknown):
        put_marks(contest.pk, blind, {"noi_dung": Decimal(1)}, by=places.guest, at=DURING)


def test_a_contest_ends_with_prizes_and_one_record_of_its_counts(places: Places) -> None:
    contest = published(places, một=("8", "8"), hai=("7", "7"), ba=("7", "7"))
    blind = contest.entries.get(title="ba").blind
    assert blind is not None
    appeal = make_appeal(contest.pk, blind, what="Xem lại", by=places.officer, at=DURING)
    with pytest.raises(ContestInvalid):
        close_contest(contest.pk, decision="12/QĐ", day=AFTER.date(), by=places.officer, at=AFTER)
    answer_appeal(contest.pk, appeal.pk, outcome="kept", answer="Đúng đáp án", by=places.officer, at=DURING)
    with pytest.raises(ContestInvalid):
        close_contest(contest.pk, decision="12/QĐ", day=DURING.date(), by=places.officer, at=DURING)

    close_contest(contest.pk, decision="12/QĐ-UBND", day=AFTER.date(), by=places.officer, at=AFTER)

    assert dict(contest.entries.values_list("title", "prize")) == {"một": "nhat", "hai": "nhi", "ba": "nhi"}
    sent = SubmissionVersion.objects.get()
    assert {name: str(sent.answers[name]) for name in ("loai", "so_bai", "so_giai")} == {
        "loai": "thi_viet", "so_bai": "3", "so_giai": "3",
    }  # fmt: skip
    with pytest.raises(ContestStepImpossible):
        close_contest(contest.pk, decision="12/QĐ", day=AFTER.date(), by=places.officer, at=AFTER)


def test_a_province_s_own_contest_is_counted_as_soon_as_provinces_send_the_form(places: Places) -> None:
    contest = Contest(org_unit=places.province, form_code="hoi_thi", day_to=DURING.date())
    assert not owes_record(contest)

    both = [AssignmentRow(level, "event", approval_level=level) for level in ("commune", "province")]
    set_assignments("hoi_thi", both, by=places.officer.actor, at=DURING)

    assert owes_record(contest)


def propose(contest: Contest, prize: str, places: Places) -> Proposed:
    return propose_awards(contest.pk, prize, kind="giay_khen", occasion="chuyen_de", by=places.officer, at=AFTER)


def test_who_was_given_a_prize_goes_into_a_dossier_of_awards_with_their_names(places: Places) -> None:
    store_awards()
    contest = published(places, một=("8", "8"), hai=("7", "7"))
    close_contest(contest.pk, decision="12/QĐ-UBND", day=AFTER.date(), by=places.officer, at=AFTER)

    dossier = propose(contest, "nhat", places).dossier

    assert list(award_names(dossier.awards.all()).values()) == ["Người viết một"]
    assert "nhat" in dossier.title
    with pytest.raises(ContestInvalid):
        propose(contest, "ba", places)


def test_a_prize_has_one_dossier_of_awards_and_another_only_after_that_was_dropped(places: Places) -> None:
    store_awards()
    contest = published(places, một=("8", "8"), hai=("7", "7"))
    close_contest(contest.pk, decision="12/QĐ-UBND", day=AFTER.date(), by=places.officer, at=AFTER)
    first = propose(contest, "nhat", places).dossier

    with pytest.raises(ContestInvalid, match="đã có hồ sơ"):
        propose(contest, "nhat", places)
    assert list_dossiers(contest) == {"nhat": first.pk} and Dossier.objects.count() == 1
    propose(contest, "nhi", places)

    drop_dossier(dossier_id=first.pk, because="Nhầm hình thức", by=places.officer, at=AFTER)
    second = propose(contest, "nhat", places).dossier

    assert list_dossiers(contest)["nhat"] == second.pk != first.pk


def test_whose_name_was_erased_gets_no_paper_and_the_officer_is_told_how_many(places: Places) -> None:
    store_awards()
    contest = published(places, một=("8", "8"), hai=("7", "7"), ba=("7", "7"))
    close_contest(contest.pk, decision="12/QĐ-UBND", day=AFTER.date(), by=places.officer, at=AFTER)
    manager = user("quản lý", (Role.PROGRAMME_MANAGER, places.commune))
    for title in ("một", "hai"):
        gone = contest.entries.get(title=title).entrant_id
        erase_entrant(contest.pk, gone, because="Người đó yêu cầu", by=manager, at=AFTER)

    made = propose(contest, "nhi", places)
    with pytest.raises(ContestInvalid, match="đã được xóa"):
        propose(contest, "nhat", places)

    assert list(award_names(made.dossier.awards.all()).values()) == ["Người viết ba"] and made.erased == 1
    assert Dossier.objects.count() == 1


def test_only_what_is_published_is_public(places: Places) -> None:
    contest = judging(places, "một")
    with pytest.raises(ContestUnknown):
        get_published(contest.pk)
    for judge in (places.guest, places.leader):
        mark(contest, judge, "một", "8", "8")
    rank_round(contest.pk, by=places.officer, at=DURING)
    with pytest.raises(ContestUnknown):
        get_published(contest.pk)

    publish_contest(contest.pk, appeals_until=APPEALS_UNTIL, by=places.officer, at=DURING)

    assert get_published(contest.pk) == contest


def test_a_unit_takes_part_under_its_own_name(places: Places) -> None:
    contest = opened(places)
    entry = add_entry(
        contest.pk, kind="unit", org_unit_id=places.village.pk, name="", title="Điệu múa quạt", by=places.head,
        at=PLANNED_AT,
    )  # fmt: skip

    assert entry.entrant.name == get_snapshot().name_on(places.village.pk, PLANNED_AT.date())
