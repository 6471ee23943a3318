"""A ref is the question itself, spelled for an address: it needs no stored answer and stays valid for ever."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from caunoi.facts.errors import QuestionMalformed
from caunoi.facts.rules.question import Question
from caunoi.periods.rules import Days

_VERSION = 1


def encode(question: Question) -> str:
    """For one figure: one code, the place itself, one stretch of days."""
    return _spell(question, question.codes, question.place, question.first, question.last, question.level, question.by)


def ref_of(question: Question, code: str, place: str, days: Days) -> str:
    """The ref of one figure among those a question asks for."""
    return _spell(question, (code,), place, days.first, days.last, None, None)


def _spell(
    question: Question, codes: Sequence[str], place: str, first: date, last: date, level: str | None, by: str | None
) -> str:
    """Not compressed: a table of thousands of figures spells each, and an address may be 200 letters long."""
    content = json.dumps(
        [
            _VERSION, list(codes), place, first.isoformat(), last.isoformat(), question.boundaries.isoformat(),
            question.as_known, level, by, question.book, question.cut_off,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )  # fmt: skip
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def decode(ref: str) -> Question:
    try:
        content = base64.urlsafe_b64decode(ref + "=" * (-len(ref) % 4))
        version, codes, place, first, last, boundaries, as_known, level, by, book, cut_off = json.loads(content)
        if version != _VERSION or book not in ("approved", "reported") or cut_off not in (None, 1, 15):
            raise ValueError
        question = Question(
            codes=tuple(str(code) for code in codes),
            place=str(place),
            first=date.fromisoformat(first),
            last=date.fromisoformat(last),
            boundaries=date.fromisoformat(boundaries),
            as_known=int(as_known),
            level=level,
            by=by,
            book=book,
            cut_off=cut_off,
        )
        Days(question.first, question.last)
    except (ValueError, TypeError, binascii.Error) as error:
        raise QuestionMalformed(
            _("Đường dẫn số liệu này không đọc được. Hãy mở lại từ báo cáo hoặc trang số liệu.")
        ) from error
    return question
