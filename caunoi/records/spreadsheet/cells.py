"""From what stands in a cell to the answer as an XForm spells it; or what is wrong with it.

A number that can be read two ways is asked about, never guessed: `1.234` is one thousand two hundred and thirty-four
to one officer and a little more than one to another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from caunoi.forms.rules.check import allowed_of
from caunoi.forms.rules.instance import plain_number
from caunoi.forms.rules.questions import NUMBERS, Choice, Question, clean_answer
from caunoi.periods.rules import CutOff, Period, PeriodType, period_of, period_starting
from caunoi.records.rules.occasions import find_period
from caunoi.vietnamese_text import clean, fold

Cell = str | int | float | bool | date | datetime | time | timedelta


@dataclass(frozen=True)
class Wrong:
    """A cell that gives no answer: what is wrong, and what would be accepted."""

    message: str
    allowed: str = ""


def is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not clean(cell)


def show(cell: Cell) -> str:
    """The cell as the officer sees it, near enough to find it again."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, int | float):
        return _number_text(cell)
    return clean(str(cell))[:80]


def read_answer(question: Question, cell: Cell) -> str | Wrong:
    """'' for an empty cell."""
    # Most cells of most files.
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT and question.type in NUMBERS:
        return str(int(cell))
    if is_empty(cell):
        return ""
    match question.type:
        case "integer":
            return read_number(cell, whole=True)
        case "decimal" | "range":
            return read_number(cell, whole=False)
        case "date":
            return read_date(cell)
        case "select_one" if question.choices:
            return _read_choice(question, cell)
        case "select_multiple" | "rank" if question.choices:
            return _read_choices(question, cell)
        case "time" if isinstance(cell, time):
            return cell.isoformat()
    return clean_answer(show(cell) if not isinstance(cell, str) else cell)


# Numbers


# Below it a float holds every whole number.
EXACT = 10**15


def _number_text(number: int | float) -> str:
    if abs(number) < EXACT and number == int(number):
        return str(int(number))
    # 15 significant digits, as spreadsheet programs show and compare: 0.1 + 0.2 is 0.3 to the officer.
    return plain_number(str(number)) if isinstance(number, int) else plain_number(f"{number:.15g}")


_PLAIN = re.compile(r"[+-]?[0-9]+")
_GROUPED = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+"),
    " ": re.compile(r"[+-]?[0-9]{1,3}(?: [0-9]{3})+"),
}
_TWO_WAYS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")


def read_number(cell: Cell, *, whole: bool) -> str | Wrong:
    """A cell's own number is exact; a text must be readable in one way only. `whole`: no decimals."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = _number_text(cell)
        if not (whole and "." in number):
            return number
    allowed = _("số nguyên, ví dụ 1234") if whole else _("số, ví dụ 1234,5")
    if isinstance(cell, bool):
        return Wrong(_("Ô chứa giá trị đúng/sai, không phải số."), allowed)
    if isinstance(cell, date | datetime | time | timedelta):
        return Wrong(_("Ô đang được định dạng là ngày hoặc giờ. Hãy đổi định dạng ô thành số và ghi lại."), allowed)
    if isinstance(cell, int | float):
        text: str | Wrong = _number_text(cell)
    else:
        text = _read_text_number(cell, allowed)
    if isinstance(text, Wrong):
        return text
    if whole and "." in text:
        return Wrong(_("Phải là số nguyên, không có phần thập phân."), allowed)
    return text


def _read_text_number(cell: str, allowed: str) -> str | Wrong:
    text = clean(unicodedata.normalize("NFKC", cell)).replace("−", "-").replace("– ", "-").lstrip("'")
    if _PLAIN.fullmatch(text):
        return plain_number(text, keep=True)
    if _TWO_WAYS.fullmatch(text):
        digits = re.sub(r"[.,]", "", text)
        point = text.replace(".", ",")
        return Wrong(
            _("“%(value)s” đọc được hai cách: %(whole)s hoặc %(point)s. Hãy ghi rõ một trong hai.")
            % {"value": text, "whole": digits, "point": _with_zero(point)},
            _("%(whole)s hoặc %(point)s") % {"whole": digits, "point": _with_zero(point)},
        )
    marks = sorted({c for c in text if c in "., "}, key=lambda c: text.rindex(c))
    if not marks or not re.fullmatch(r"[+-]?[0-9][0-9., ]*", text):
        return Wrong(_("“%(value)s” không phải là số.") % {"value": text[:40]}, allowed)
    last = marks[-1]
    if len(marks) == 1 and _GROUPED[last].fullmatch(text) and not text.lstrip("+-").startswith("0"):
        return plain_number(text.replace(last, ""), keep=True)
    if len(marks) <= 2 and last != " " and text.count(last) == 1:
        head, tail = text.split(last)
        grouped = len(marks) == 1 or _GROUPED[marks[0]].fullmatch(head) is not None
        if grouped and tail.isdigit():
            return plain_number(head.replace(marks[0], "") + "." + tail if len(marks) == 2 else f"{head}.{tail}")
    return Wrong(_("“%(value)s” không phải là số viết đúng cách.") % {"value": text[:40]}, allowed)


def _with_zero(point: str) -> str:
    """`1,234` -> `1,2340`: one more digit leaves a single reading."""
    return point + "0"


# Dates

_DAY = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?")


def read_date(cell: Cell) -> str | Wrong:
    """Days are written the Vietnamese way, day before month, or as 2023-01-31."""
    allowed = _("ngày/tháng/năm, ví dụ 31/01/2023")
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool | int | float | time | timedelta):
        return Wrong(_("Ô không chứa ngày. Hãy đổi định dạng ô thành ngày và ghi lại."), _seems(cell) or allowed)
    text = clean(unicodedata.normalize("NFKC", cell))
    if found := _DAY.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    else:
        return Wrong(_("“%(value)s” không phải là ngày.") % {"value": text[:40]}, allowed)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return Wrong(_("Không có ngày %(value)s trong lịch.") % {"value": text}, allowed)


def _seems(cell: Cell) -> str:
    """The day a number stands for in most spreadsheets. Only a hint: some count from another first day."""
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 36526 <= cell < 73051 or cell % 1:
        return ""
    day = date(1899, 12, 30) + timedelta(days=int(cell))
    return _("số này có lẽ là ngày %(day)s") % {"day": day.strftime("%d/%m/%Y")}


# Choices


def _read_choice(question: Question, cell: Cell) -> str | Wrong:
    text = clean(show(cell))
    name = _find_choice(question.choices, text)
    if name is None:
        return Wrong(_("Không có lựa chọn “%(value)s”.") % {"value": text[:40]}, allowed_of(question))
    return name


def _find_choice(choices: Sequence[Choice], text: str) -> str | None:
    """By name, then by label in any language, then by label without accents if only one fits."""
    for choice in choices:
        if text in (choice.name, *choice.labels.values()):
            return choice.name
    wanted = fold(text)
    close = {choice.name for choice in choices if wanted in map(fold, (choice.name, *choice.labels.values()))}
    return close.pop() if len(close) == 1 else None


def _read_choices(question: Question, cell: Cell) -> str | Wrong:
    """Separated by `;`, line breaks or `,`; names also by spaces. A label with a comma in it stays whole."""
    text = clean_answer(cell) if isinstance(cell, str) else show(cell)
    unknown: str = ""
    for separator in (r"[;\n]", r"[;,\n]", r"[;,\s]"):
        parts = [clean(part) for part in re.split(separator, text) if clean(part)]
        names = [_find_choice(question.choices, part) for part in parts]
        if None not in names:
            return " ".join(dict.fromkeys(name for name in names if name is not None))
        unknown = unknown or next(part for part, name in zip(parts, names, strict=True) if name is None)
    return Wrong(_("Không có lựa chọn “%(value)s”.") % {"value": unknown[:40]}, allowed_of(question))


# Periods

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_YEAR = r"(?:nam )?([0-9]{4})"
_PERIODS: dict[PeriodType, tuple[re.Pattern[str], ...]] = {
    "month": (
        re.compile(rf"(?:thang |t\.?)?([0-9]{{1,2}}) ?[/\-. ] ?{_YEAR}"),
        re.compile(r"([0-9]{4}) ?[/\-] ?([0-9]{1,2})"),
    ),
    "quarter": (
        re.compile(rf"(?:quy |q)(iv|i{{1,3}}|[1-4]) ?[/\-, ] ?{_YEAR}"),
        re.compile(r"([0-9]{4}) ?[/\-] ?q([1-4])"),
    ),
    "half-year": (
        re.compile(rf"6 thang (dau|cuoi) {_YEAR}"),
        re.compile(r"([0-9]{4}) ?[/\-] ?h([12])"),
    ),
    "year": (re.compile(_YEAR),),
}
PERIOD_WORDS = {
    "month": "2023-01, 01/2023",
    "quarter": "2023-Q1, Quý I/2023",
    "half-year": "2023-H1, 6 tháng đầu năm 2023",
    "year": "2023",
}


def read_period(cell: Cell, type: PeriodType, cut_off: CutOff) -> Period | Wrong:
    """A period as officers write it. Spreadsheet programs turn `01/2023` into its first day: that is the month."""
    allowed = _("kỳ báo cáo, ví dụ %(example)s") % {"example": PERIOD_WORDS[type]}
    if isinstance(cell, bool | time | timedelta):
        return Wrong(_("Ô không chứa kỳ báo cáo."), allowed)
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        period = period_starting(day, type, cut_off)
        return period or Wrong(_("Ngày %(day)s không phải ngày đầu kỳ.") % {"day": show(day)}, allowed)
    text = clean(unicodedata.normalize("NFKC", show(cell)))
    period = find_period(text, type, cut_off) or _read_words(fold(text), type, cut_off)
    if period is None and isinstance(day_text := read_date(text), str):
        period = period_starting(date.fromisoformat(day_text), type, cut_off)
    return period or Wrong(_("“%(value)s” không phải là kỳ báo cáo.") % {"value": text[:40]}, allowed)


def _read_words(text: str, type: PeriodType, cut_off: CutOff) -> Period | None:
    for pattern in _PERIODS[type]:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        parts = list(found.groups())
        year = int(next(part for part in parts if part.isdigit() and len(part) == 4))
        rest = next((part for part in parts if not (part.isdigit() and len(part) == 4)), "1")
        number = {"dau": 1, "cuoi": 2}.get(rest) or _ROMAN.get(rest) or int(rest)
        months = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}[type]
        month = (number - 1) * months + 1
        if not 1 <= month <= 12 or not 1900 <= year < 2200:
            return None
        named = period_of(date(year, month, 1), type, 1)
        return Period(type, named.month_first, cut_off)
    return None
