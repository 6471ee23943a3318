"""What is unusual about a document, and therefore asked before it is entered. Nothing here is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from caunoi.documents.rules.drafts import DocumentDraft
from caunoi.sentences import gettext as _

AFTER_ITS_PLAN = "dated-after-its-plan"
OLDER_THAN_IMPLEMENTED = "older-than-implemented"
TWICE = "entered-twice"
IN_FUTURE = "in-future"
EVERY_QUESTION = frozenset({AFTER_ITS_PLAN, OLDER_THAN_IMPLEMENTED, TWICE, IN_FUTURE})


@dataclass(frozen=True)
class Question:
    code: str
    sentence: str


@dataclass(frozen=True)
class Beside:
    """What the register holds that a draft is compared with. `same`: one with the same reference, body and year."""

    implemented_on: date | None = None
    implemented_reference: str = ""
    same_on: date | None = None


def list_questions(draft: DocumentDraft, beside: Beside, today: date) -> list[Question]:
    found = []
    if draft.plans is not None and draft.issued_on > draft.plans.last:
        sentence = _("Văn bản ghi ngày %(issued)s nhưng lập kế hoạch cho thời gian đã hết ngày %(last)s.")
        found.append(
            Question(AFTER_ITS_PLAN, sentence % {"issued": _day(draft.issued_on), "last": _day(draft.plans.last)})
        )
    if beside.implemented_on is not None and draft.issued_on < beside.implemented_on:
        sentence = _(
            "Văn bản ghi ngày %(issued)s nhưng thực hiện văn bản %(reference)s ban hành sau nó, ngày %(other)s."
        )
        values = {
            "issued": _day(draft.issued_on),
            "reference": beside.implemented_reference,
            "other": _day(beside.implemented_on),
        }
        found.append(Question(OLDER_THAN_IMPLEMENTED, sentence % values))
    if beside.same_on is not None:
        sentence = _("Sổ đã có một văn bản %(reference)s của cùng cơ quan trong năm %(year)s, ghi ngày %(day)s.")
        values = {"reference": draft.reference, "year": str(draft.issued_on.year), "day": _day(beside.same_on)}
        found.append(Question(TWICE, sentence % values))
    late = [day for day in (draft.issued_on, draft.received_on) if day is not None and day > today]
    if late:
        sentence = _("Ngày %(day)s còn ở tương lai.")
        found.append(Question(IN_FUTURE, sentence % {"day": _day(max(late))}))
    return found


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
