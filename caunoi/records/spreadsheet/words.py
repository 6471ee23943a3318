"""What a question's column says and takes, in the words of the workbook."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from caunoi.forms.rules.check import allowed_of
from caunoi.forms.rules.questions import NUMBERS, Question
from caunoi.languages import show_number
from caunoi.records.spreadsheet.limits import day_limits_of, limits_of

# Spreadsheet programs keep 15 digits.
DIGITS = 15
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def kind_of(question: Question) -> str:
    """How its cells look: whole, number, date or text."""
    if question.type == "integer":
        return "whole"
    return {"decimal": "number", "range": "number", "date": "date"}.get(question.type, "text")


def explain(question: Question) -> str:
    """What a cell takes, short enough to stand under its label."""
    if question.type in NUMBERS:
        limits = limits_of(question.constraint, whole=question.type == "integer")
        word = _("số nguyên") if question.type == "integer" else _("số")
        if limits.least is not None and limits.most is not None:
            return _("%(word)s từ %(least)s đến %(most)s") % {
                "word": word, "least": show_number(limits.least), "most": show_number(limits.most),
            }  # fmt: skip
        if limits.least is not None:
            return _("%(word)s từ %(least)s") % {"word": word, "least": show_number(limits.least)}
        return word
    if question.type == "date":
        return _("ngày/tháng/năm")
    if question.type in ("select_multiple", "rank") and question.choices:
        words = "; ".join(word_of(question, choice.name) for choice in question.choices)
        return _("nhiều lựa chọn, cách nhau bằng dấu ; — %(words)s") % {"words": words}
    if question.type == "select_one" and question.choices:
        return _("chọn trong danh sách")
    return allowed_of(question)


def watch(question: Question, today: date) -> dict[str, Any]:
    """The rule a spreadsheet program is given for its cells; empty where it has none (or a list, made elsewhere)."""
    if question.type in NUMBERS:
        return _number_rule(question)
    if question.type == "date":
        days = day_limits_of(question.constraint, today)
        first, last = days.first or FIRST_DAY, days.last or LAST_DAY
        return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
    return {}


def _number_rule(question: Question) -> dict[str, Any]:
    whole = question.type == "integer"
    limits = limits_of(question.constraint, whole=whole)
    # A rule needs both ends; these are wider than any figure and still whole numbers to a spreadsheet program.
    least = limits.least if limits.least is not None else Decimal(-(10**DIGITS))
    most = limits.most if limits.most is not None else Decimal(10**DIGITS)
    ends = {"minimum": int(least) if whole else float(least), "maximum": int(most) if whole else float(most)}
    return {"validate": "integer" if whole else "decimal", "criteria": "between", **ends}


def word_of(question: Question, name: str) -> str:
    """A choice as its drop-down shows it: the label, or the name where two labels are alike or one holds a `;`."""
    labels = [choice.label() for choice in question.choices]
    label = question.choice_label(name)
    is_plain = labels.count(label) == 1 and ";" not in label and "\n" not in label
    return label if is_plain else name


def in_words(question: Question, text: str) -> str:
    if question.type in ("select_multiple", "rank"):
        return "; ".join(word_of(question, name) for name in text.split())
    return word_of(question, text)
