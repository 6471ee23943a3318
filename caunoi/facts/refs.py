"""A ref is the question itself, spelled for an address: it needs no stored answer and stays valid for ever."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date

from django.utils.translation import gettext as _

from caunoi.facts.errors import QuestionMalformed
from caunoi.facts.rules.question import REF_VERSION, Question, spell_ref
from caunoi.periods.rules import Days


def encode(question: Question) -> str:
    """For one figure: one code, the place itself, one stretch of days."""
    return spell_ref(question)


def decode(ref: str) -> Question:
    try:
        content = base64.urlsafe_b64decode(ref + "=" * (-len(ref) % 4))
        version, codes, place, first, last, boundaries, as_known, level, by, book, cut_off = json.loads(content)
        if version != REF_VERSION or book not in ("approved", "reported") or cut_off not in (None, 1, 15):
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
