"""Which figures a version states: its postings that stand, with the way to each figure's explanation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.audit.clock import current_number
from caunoi.desk.templatetags.caunoi import number
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.refs import encode
from caunoi.facts.rules.question import Question
from caunoi.places.queries import get_snapshot
from caunoi.records.models import SubmissionVersion


@dataclass(frozen=True)
class Feed:
    """One data element with what the version states for it; `books` says where it counts."""

    name: str
    value: str
    unit: str
    books: str
    ref: str


def list_feeds(version: SubmissionVersion, language: str) -> list[Feed]:
    """By name; nothing for a version that was reversed, replaced or flagged."""
    sums: dict[DataElement, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    signs: dict[tuple[int, int], int] = defaultdict(int)
    classes: dict[int, str] = {}
    for posting in Posting.objects.filter(version=version).select_related("data_element").order_by("seq"):
        sums[posting.data_element][posting.book] += posting.amount
        signs[posting.data_element_id, posting.book] += posting.sign
        classes[posting.data_element_id] = posting.class_code
    feeds = []
    for element, books in sums.items():
        standing = [book for book in books if signs[element.pk, book] > 0]
        if not standing:
            continue
        amount = Decimal(books[standing[-1]]).scaleb(-element.decimals)
        feeds.append(
            Feed(
                name=(language == "en" and element.name_en) or element.name_vi,
                value=classes[element.pk] or number(amount),
                unit=element.unit,
                books=_("sổ đã báo cáo và sổ đã duyệt") if Book.APPROVED in standing else _("sổ đã báo cáo"),
                ref=_ref(version, element, Book.APPROVED in standing),
            )
        )
    return sorted(feeds, key=lambda feed: feed.name)


def _ref(version: SubmissionVersion, element: DataElement, approved: bool) -> str:
    submission = version.submission
    return encode(
        Question(
            codes=(element.code,),
            place=get_snapshot().units[submission.org_unit_id].key,
            first=submission.day_from,
            last=submission.day_to,
            boundaries=submission.day_to,
            as_known=current_number(),
            book="approved" if approved else "reported",
        )
    )
