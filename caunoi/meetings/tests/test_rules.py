from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caunoi.forms.rules.filling import DAY, list_asked
from caunoi.meetings.rules.agenda import AgendaItem, read_agenda, write_agenda
from caunoi.meetings.rules.calendar import Invitation, escape, fold_line, write_calendar
from caunoi.meetings.rules.counts import Counts, MatterCount, SiteCount, compute_counts
from caunoi.meetings.rules.filling import WORDS
from caunoi.meetings.rules.life import STEPS, find_next, is_door_open

TODAY = date(2026, 3, 20)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)

# ---- The calendar file ----------------------------------------------------------------------------------------------


@given(TEXTS)
def test_a_folded_line_has_at_most_75_octets_and_says_the_same_unfolded(text: str) -> None:
    folded = fold_line(f"SUMMARY:{text}")

    assert folded.replace("\r\n ", "") == f"SUMMARY:{text}"
    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))


@given(TEXTS)
def test_an_escaped_text_holds_no_bare_separator_and_can_be_read_back(text: str) -> None:
    written = escape(text)

    read = (
        written.replace("\\\\", "\0").replace("\\;", ";").replace("\\,", ",").replace("\\n", "\n").replace("\0", "\\")
    )
    assert read == text


def test_an_invitation_is_one_event_in_utc_and_keeps_its_uid_when_it_moves() -> None:
    starts = datetime(2026, 3, 10, 1, tzinfo=UTC)
    one = Invitation(
        "meeting-1@xa", 2, starts, starts, starts + timedelta(hours=3), "Hội nghị, bàn việc; thôn",
        "Hội trường", "08:00 Khai mạc\n09:00 Báo cáo", "https://xa/meetings/1/",
    )  # fmt: skip

    lines = write_calendar(one).decode().replace("\r\n ", "").split("\r\n")

    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert "UID:meeting-1@xa" in lines and "SEQUENCE:2" in lines
    assert "DTSTART:20260310T010000Z" in lines and "DTEND:20260310T040000Z" in lines
    assert "SUMMARY:Hội nghị\\, bàn việc\\; thôn" in lines
    assert "DESCRIPTION:08:00 Khai mạc\\n09:00 Báo cáo" in lines


# ---- The agenda -----------------------------------------------------------------------------------------------------


def test_an_agenda_is_read_as_people_type_it() -> None:
    typed = "8h30 Khai mạc | Văn phòng UBND xã\n\n09:15 - Báo cáo\nThảo luận\n"

    assert read_agenda(typed) == (
        AgendaItem("08:30", "Khai mạc", "Văn phòng UBND xã"),
        AgendaItem("09:15", "Báo cáo"),
        AgendaItem("", "Thảo luận"),
    )


@example("12:00| Văn phòng")
@given(st.text(max_size=120))
def test_an_agenda_shown_for_correction_says_the_same(typed: str) -> None:
    items = read_agenda(typed)

    assert read_agenda(write_agenda(items)) == items


# ---- Life and door --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["planned", "closed", "cancelled"])
def test_each_state_allows_exactly_its_steps(state: str) -> None:
    allowed = {"planned": {"close", "cancel"}, "closed": {"reopen"}, "cancelled": {"restore"}}[state]

    assert {step for step in STEPS if find_next(state, step)} == allowed


@pytest.mark.parametrize(
    ("state", "hours", "is_open"),
    [
        ("planned", -3, False),
        ("planned", -2, True),
        ("planned", 1, True),
        ("planned", 28, True),
        ("planned", 29, False),
        ("closed", 1, False),
        ("cancelled", 1, False),
    ],
)
def test_a_door_is_open_around_the_meeting_until_it_is_closed(state: str, hours: int, is_open: bool) -> None:
    starts = datetime(2026, 3, 10, 1, tzinfo=UTC)

    assert is_door_open(state, starts, starts + timedelta(hours=4), starts + timedelta(hours=hours)) is is_open


# ---- Counts and what they fill --------------------------------------------------------------------------------------


def counts() -> Counts:
    matters = [
        MatterCount("question", date(2026, 3, 15), date(2026, 3, 15)),
        MatterCount("question", date(2026, 3, 15), date(2026, 3, 16)),
        MatterCount("question", date(2026, 3, 19), None),
        MatterCount("question", date(2026, 3, 20), None),
        MatterCount("conclusion", date(2026, 4, 1), None),
    ]
    return compute_counts([SiteCount(False, 40, 12), SiteCount(True, None, 7)], [3, 2], matters, TODAY)


def test_a_stated_number_goes_over_the_door_and_the_day_of_the_deadline_is_on_time() -> None:
    found = counts()

    assert (found.attendances, found.contributions, found.online_sites, found.way) == (47, 5, 1, "both")
    questions = found.questions
    assert (questions.all, questions.answered, questions.on_time, questions.late) == (4, 2, 1, 1)


def test_a_form_is_filled_by_words_of_the_pack() -> None:
    answers = {"ngay": "day", "loai": "'x'", "so": "attendances", "cach": "way:a|b|c", "tai_lieu": "ask"}

    assert all(WORDS.has(word) for word in answers.values()) and not WORDS.has("attendance")
    assert list_asked(answers) == ["tai_lieu"]
    assert WORDS.fill(answers, counts(), {DAY: TODAY}, {"tai_lieu": 30}) == {
        "ngay": "2026-03-20", "loai": "x", "so": "47", "cach": "c", "tai_lieu": "30",
    }  # fmt: skip
