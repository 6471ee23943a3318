"""What is odd about a phone's sending beyond the form's rules. All of it is flagged: nobody could answer a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from caunoi.forms.rules.check import Problem
from caunoi.forms.rules.instance import Instance
from caunoi.forms.rules.questions import Branch, Question, is_plain_file_name, walk_answers
from caunoi.moments import local_date
from caunoi.sentences import gettext as _

# A phone may lie in a drawer for months before it meets a signal; a year means its clock or its calendar is wrong.
LONGEST_AGO = timedelta(days=366)
# Time zones and midnight: a day ahead says nothing.
AHEAD = timedelta(days=1)
# Nobody plans a century ahead: such a year was counted from another beginning (Buddhist years are 543 more).
LONGEST_AHEAD = timedelta(days=36_525)
# What the phone's clock fills in, not its owner.
CLOCKED = frozenset({"start", "end", "today"})
MOST_NAMED = 20


def list_oddities(
    outline: Branch, instance: Instance, answers: Mapping[str, Any], event_day: date | None, received_on: date
) -> list[Problem]:
    """`event_day`: of what took place on a day; None for a period's report, which may be a year late."""
    found = [
        Problem(name, name, "", _("Biểu mẫu không có câu hỏi này."), "", "unknown-question")
        for name in instance.unknown[:MOST_NAMED]
    ]
    found += [
        Problem(name[:80], name[:80], "", _("Tên tệp không dùng được nên tệp không được nhận."), "", "file-name")
        for name in instance.files
        if not is_plain_file_name(name)
    ]
    if event_day is not None and event_day < received_on - LONGEST_AGO:
        message = _("Ngày này trước khi gửi hơn một năm: xem đồng hồ của điện thoại có đúng không.")
        found.append(Problem("", _("Ngày diễn ra"), event_day.isoformat(), message, "", "clock"))
    return [*found, *list_wrong_days(outline, answers, received_on)]


def list_wrong_days(outline: Branch, answers: Mapping[str, Any], received_on: date) -> list[Problem]:
    """What the device's clock or calendar got wrong, whether an app or a browser wrote it down."""
    return [
        problem
        for question, value in walk_answers(outline, answers)
        if (problem := _find_wrong_day(question, value, received_on)) is not None
    ]


def _find_wrong_day(question: Question, value: str, received_on: date) -> Problem | None:
    clocked = question.type in CLOCKED
    if not value or not (clocked or question.type in ("date", "datetime")):
        return None
    if (day := _read_day(value)) is None:
        return None  # the form's own rules say so
    if clocked and not received_on - LONGEST_AGO <= day <= received_on + AHEAD:
        message = _("Đồng hồ của điện thoại sai: máy ghi ngày %(day)s.") % {"day": f"{day:%d/%m/%Y}"}
    elif day > received_on + LONGEST_AHEAD:
        message = _("Năm %(year)d không hợp lý: điện thoại có thể đang dùng lịch khác.") % {"year": day.year}
    else:
        return None
    return Problem(question.name, question.label(), value, message, "", "clock", 1 if question.repeat else 0)


def _read_day(value: str) -> date | None:
    try:
        if "T" not in value:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
        return local_date(moment) if moment.tzinfo is not None else moment.date()
    except (ValueError, OverflowError):
        return None


def choose_files(names: Sequence[str]) -> list[str]:
    """Of the files an instance announces, those that may be kept under their names."""
    return [name for name in dict.fromkeys(names) if is_plain_file_name(name)]
