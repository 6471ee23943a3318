"""All that is looked in for one question, in the order in which the page shows it."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from caunoi.desk.search import programme, sources
from caunoi.desk.search.sources import Asked, Found, Reader, Source

SOURCES: dict[str, Source] = {
    "unit": sources.units,
    "submission": sources.submissions,
    "entity": sources.entities,
    "document": sources.documents,
    "meeting": programme.meetings,
    "class": programme.classes,
    "contest": programme.contests,
    "work": programme.works,
    "rating": programme.ratings,
    "award": programme.awards,
    "campaign": programme.campaigns,
    "report": sources.reports,
    "figure": sources.figures,
    "person": sources.people,
}


def labels() -> dict[str, str]:
    return {
        "unit": _("Đơn vị"),
        "submission": _("Bản ghi"),
        "entity": _("Sổ theo dõi"),
        "document": _("Văn bản"),
        "meeting": _("Hội nghị, đối thoại"),
        "class": _("Đào tạo, bồi dưỡng"),
        "contest": _("Hội thi, cuộc thi"),
        "work": _("Đóng góp, công trình"),
        "rating": _("Chấm điểm, xếp loại"),
        "award": _("Khen thưởng, chứng nhận"),
        "campaign": _("Đợt ra quân"),
        "report": _("Báo cáo"),
        "figure": _("Số liệu"),
        "person": _("Người dùng"),
    }


def search(text: str, reader: Reader, kinds: Collection[str], limit: int) -> dict[str, list[Found]]:
    """By kind, in the page's order, those without a hit left out. Slips are forgiven where nothing answers as typed, or
    only documents do: long files hold nearly any word somewhere, and must not hide the person one meant."""
    found = _ask(Asked(text), reader, kinds, limit)
    if found.keys() <= {"document"}:
        found = _ask(Asked(text, mending=True), reader, [kind for kind in kinds if kind not in found], limit) | found
    return {kind: found[kind] for kind in SOURCES if kind in found}


def _ask(asked: Asked, reader: Reader, kinds: Collection[str], limit: int) -> dict[str, list[Found]]:
    found = {kind: source(asked, reader, limit) for kind, source in SOURCES.items() if kind in kinds}
    return {kind: hits for kind, hits in found.items() if hits}
