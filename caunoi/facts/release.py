"""The one place that decides who gets sensitive counts: every answer passes through `protect` before it is read.

Officers get them by their roles. Whoever has no role gets them from released tables only: fixed ones, protected
together (`releasing.make_release`), for no other days, boundaries, filters or moments of knowledge than released.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.errors import OnlyReleased
from caunoi.facts.models import DataElement, Release
from caunoi.languages import in_reader_language
from caunoi.refusals import NotFound

MOST_NAMED = 5


class Answering(Protocol):
    """What is about to be answered: all data elements it rests on, through indicators of indicators."""

    @property
    def elements(self) -> Mapping[str, DataElement]: ...


A = TypeVar("A", bound=Answering)


def protect(answer: A, reader: Scope) -> A:
    """The answer, if the reader may have what it rests on. Raises OnlyReleased, naming the tables to read instead."""
    if reader.everything or reader.windows:
        return answer
    hidden = [element for element in answer.elements.values() if element.sensitive]
    if hidden:
        raise OnlyReleased(_say_where(hidden))
    return answer


def _say_where(hidden: Collection[DataElement]) -> str:
    names = ", ".join(f"“{in_reader_language(one.name_vi, one.name_en)}”" for one in hidden)
    said = _(
        "%(names)s là số có thể nhận ra từng hộ, từng người ở nơi ít dân: không có vai trò thì chỉ xem được trong các"
        " bảng đã công bố."
    ) % {"names": names}
    tables = [_name(release) for release in list_released({one.code for one in hidden})]
    if not tables:
        return f"{said} " + _("Chưa có bảng nào được công bố.")
    more = len(tables) - MOST_NAMED
    listed = "; ".join(tables[:MOST_NAMED])
    if more > 0:
        listed += "; " + _("và %(count)d bảng khác") % {"count": more}
    return f"{said} " + _("Đã công bố: %(tables)s.") % {"tables": listed}


def _name(release: Release) -> str:
    titles = dict.fromkeys(in_reader_language(table["title_vi"], table["title_en"]) for table in release.tables)
    return _("số %(number)d: %(titles)s, %(place)s, từ %(first)s đến %(last)s") % {
        "number": release.pk,
        "titles": ", ".join(titles),
        "place": release.place_name,
        "first": f"{release.first:%d/%m/%Y}",
        "last": f"{release.last:%d/%m/%Y}",
    }


def list_releases() -> QuerySet[Release]:
    """All that were ever made, the newest first, withdrawn ones among them."""
    return Release.objects.all()


def list_released(codes: Collection[str] = ()) -> list[Release]:
    """What anyone may read now; with `codes`, only releases that show one of these data elements."""
    wanted = set(codes)
    standing = Release.objects.filter(withdrawn_at__isnull=True)
    return [one for one in standing if not wanted or wanted & shown_in(one)]


def shown_in(release: Release) -> set[str]:
    return {code for rule in release.rules for code in (rule["whole"], *rule["parts"])}


def get_release(number: int) -> Release:
    found = Release.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(_("Không có bảng công bố số %(number)d.") % {"number": number})
    return found
