"""Contributions and works: by place and period, one work, its list for everybody, letters of thanks."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.audit.actions import note_read
from caunoi.contributions.actions import close_disclosure, open_disclosure, withdraw_consent
from caunoi.contributions.errors import DisclosureInvalid, TooManyDisclosureReads, WorkUnknown
from caunoi.contributions.models import WorkLine
from caunoi.contributions.permissions import check_may_keep, may_disclose, may_keep
from caunoi.contributions.printing import (
    letters_to_givers,
    letters_to_units,
    name_source,
    sum_gifts,
    tell_left_out,
    word_amounts,
    write_letters,
    write_list,
)
from caunoi.contributions.queries import (
    Sums,
    Told,
    find_disclosure,
    find_templates,
    get_work,
    list_gifts,
    list_purses,
    list_told,
    list_works,
    purse_of,
    standing_lines,
    sum_all,
    sum_by_unit,
    sum_by_work,
    within,
)
from caunoi.contributions.rules.disclosing import Gift, Others
from caunoi.contributions.rules.purse import Purse
from caunoi.contributions.verifying import WorkList, address_of, find_disclosed, make_list, note_public_read
from caunoi.counting import PAUSE_SECONDS, count_within
from caunoi.desk.registers import list_unit_choices, read_day
from caunoi.desk.table_files import in_pieces, send_table
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.units import list_working_units
from caunoi.desk.works import (
    SourceLine,
    WorkLineShown,
    ask_ledger,
    find_differences,
    list_parts,
    list_progress,
    list_sources,
    name_kind,
    show_works,
    word_given,
)
from caunoi.facts.rules.question import BookName
from caunoi.languages import show_number
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.records.models import Entity
from caunoi.records.queries import get_submission
from caunoi.refusals import Refusal
from caunoi.vietnamese_text import clean

PAGE = 30
READS_ALLOWED = 120
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _reader(request: HttpRequest) -> tuple[User, Scope, date]:
    user, today = cast(User, request.user), moments.today()  # every page but sign-in requires one
    return user, scope_of(user, today), today


def _book(request: HttpRequest) -> BookName:
    return "reported" if request.GET.get("book") == "reported" else "approved"


@dataclass(frozen=True)
class _Asked:
    """What the page was asked for. `purse`, `unit`: None where no pack declares any, or the reader works for none."""

    purse: Purse | None
    unit: int | None
    first: date
    last: date
    book: BookName
    text: str


def _read_asked(request: HttpRequest, user: User, scope: Scope, today: date) -> _Asked:
    purses = list_purses()
    chosen, working = get_snapshot().by_key.get(request.GET.get("unit", "")), list_working_units(user, Role, today)
    unit = chosen.id if chosen is not None and scope.sees_unit(chosen.id) else (working[0].id if working else None)
    first, last = read_day(request.GET.get("first", "")), read_day(request.GET.get("last", ""))
    return _Asked(
        purses.get(request.GET.get("pack", ""), next(iter(purses.values()), None)), unit,
        first or date(today.year, 1, 1), last or today, _book(request), clean(request.GET.get("q", ""))[:200],
    )  # fmt: skip


@dataclass(frozen=True)
class _Place:
    """What was given and what works cost at a place in some days: `lines`, and as the ledger adds them up."""

    purse: Purse
    lines: QuerySet[WorkLine]
    ledger: Sums
    sources: Sequence[SourceLine]
    works: QuerySet[Entity]

    def show(self, works: Sequence[Entity], today: date) -> list[WorkLineShown]:
        return show_works(works, sum_by_work(list(works), self.lines), self.purse, today)


def _read_place(asked: _Asked, scope: Scope, today: date) -> _Place | None:
    """None: nothing can be asked so."""
    purse, unit = asked.purse, asked.unit
    if purse is None or unit is None or asked.first > asked.last:
        return None
    days = Days(asked.first, asked.last)
    ledger, figures = ask_ledger(purse, get_snapshot().units[unit].key, days, asked.book, scope)
    register = purse.forms[0].register if purse.forms else ""
    return _Place(
        purse, within(standing_lines(scope, asked.book, days), unit, days.last), ledger,
        list_sources(purse, ledger, figures), list_works(scope, today, register=register, unit=unit, text=asked.text),
    )  # fmt: skip


@never_cache
@require_safe
def works(request: HttpRequest) -> HttpResponse:
    """Of a place and days: by source what was given and what works cost, and the works one by one."""
    user, scope, today = _reader(request)
    asked, places = _read_asked(request, user, scope, today), get_snapshot()
    found = _read_place(asked, scope, today)
    shown: dict[str, object] = {
        "units": list_unit_choices(user, today),
        "unit_key": places.units[asked.unit].key if asked.unit is not None else "",
        "unit": places.path_name(asked.unit, today) if asked.unit is not None else "",
        "first": asked.first,
        "last": asked.last,
        "book": asked.book,
        "books": [("approved", _("Đã duyệt")), ("reported", _("Đã báo cáo, kể cả chưa duyệt"))],
        "text": asked.text,
        "ready": found is not None,
        "backwards": asked.first > asked.last,
    }
    if found is not None:
        page = Paginator(found.works, PAGE).get_page(request.GET.get("page"))
        shown |= {
            "kinds": [name_kind(kind) for kind in found.purse.kinds_given()],
            "sources": found.sources,
            "differences": find_differences(found.purse, sum_all(found.lines), found.ledger),
            "page": page,
            "lines": found.show(list(page.object_list), today),
            "unnamed": word_given(found.purse, sum_all(found.lines.filter(work=None))),
        }
    return render(request, "desk/works/works.html", shown)


@never_cache
@require_safe
def works_export(request: HttpRequest, what: str, kind: str) -> StreamingHttpResponse:
    """`what`: `sources`, the reconciliation; `works`, all works that match, one by one. As the page shows them."""
    user, scope, today = _reader(request)
    found = _read_place(_read_asked(request, user, scope, today), scope, today)
    if found is None:
        raise WorkUnknown
    money, cost, standing = _("Tiền và hiện vật (đồng)"), _("Đã chi (đồng)"), _("Đối chiếu")
    if what == "sources":
        kinds = [name_kind(one) for one in found.purse.kinds_given()]
        lines = [
            [one.name, *(_plain(cell.text) for cell in one.cells), str(one.given), str(one.cost), one.sentence]
            for one in found.sources
        ]
        name = f"doi-chieu-theo-nguon-{today:%Y-%m-%d}.{kind}"
        return send_table(_("Đối chiếu"), [_("Nguồn"), *kinds, money, cost, standing], lines, name, wide=1)
    rows = (
        [line.work.label, line.place, line.given, str(line.money), str(line.cost), line.sentence]
        for piece in in_pieces(found.works.iterator(chunk_size=500))
        for line in found.show(piece, today)
    )
    headings = [_("Công trình"), _("Đơn vị"), _("Đã góp"), money, cost, standing]
    return send_table(_("Công trình"), headings, rows, f"cong-trinh-{today:%Y-%m-%d}.{kind}")


def _plain(text: str) -> str:
    """Nothing for nothing: a dash is no number."""
    return "" if text == "–" else text


@never_cache
@require_safe
def work(request: HttpRequest, uuid: UUID) -> HttpResponse:
    (user, scope, today), purses = _reader(request), list_purses()
    found = get_work(uuid, scope, today, purses)
    pack, purse = purse_of(found.entity_list.code, purses)
    places, book = get_snapshot(), _book(request)
    lines = standing_lines(scope, book)
    told = list_told(found, scope, book)
    by_unit = sum_by_unit(found, lines)
    keeps = may_keep(user, found.org_unit_id, today)
    disclosure = find_disclosure(found)
    gifts = list_gifts(found, scope, "approved", purse) if keeps else []
    listed = make_list(found) if keeps else None
    named = listed.disclosed.named if listed is not None else ()
    if named:
        note_read("disclosure", str(found), by=user.actor, at=moments.now())
    templates = find_templates(pack)
    shown = _show_work(found, purse, lines, told, named, today) | {
        "book": book,
        "parts": list_parts(told),
        "villages": [
            (
                places.distinct_name_on(one, today) if places.exists_on(one, today) else places.path_name(one, today),
                gave,
            )
            for one in sorted(by_unit, key=lambda one: places.order_key(one, today))
            if (gave := word_given(purse, by_unit[one]))
        ],
        "keeps": keeps,
        "discloses": may_disclose(user, found.org_unit_id, today),
        "disclosure": disclosure,
        "address": address_of(disclosure) if disclosure is not None and disclosure.closed_at is None else "",
        "left_out": tell_left_out(listed) if listed is not None else "",
        "has_list": templates.list_id is not None,
        "has_letter": templates.letter_id is not None,
        "units_to_thank": len(sum_gifts(gifts)),
    }
    return render(request, "desk/works/work.html", shown)


def _show_work(
    found: Entity, purse: Purse, lines: QuerySet[WorkLine], told: Sequence[Told], named: Iterable[Gift], today: date
) -> dict[str, object]:
    """What its page and its list for everybody both show. `named`: gifts whose givers are."""
    places = get_snapshot()
    return {
        "work": found,
        "place": places.path_name(found.org_unit_id, today),
        "kinds": [name_kind(kind) for kind in purse.kinds_given()],
        "sources": list_sources(purse, sum_by_work([found], lines).get(found.pk, {})),
        "progress": list_progress(purse, found, told),
        "named": [
            (one, places.distinct_name_on(one.org_unit, one.day), word_amounts(purse, one.amounts)) for one in named
        ],
    }


@require_POST
def work_step(request: HttpRequest, uuid: UUID, step: str) -> HttpResponse:
    user, scope, today = _reader(request)
    found, at = get_work(uuid, scope, today, list_purses()), moments.now()
    because = request.POST.get("because", "")
    try:
        match step:
            case "open":
                open_disclosure(work=found, by=user, at=at)
                messages.success(request, _("Danh sách đã công khai. Ai có địa chỉ dưới đây đều xem được."))
            case "close":
                close_disclosure(work=found, because=because, by=user, at=at)
                messages.success(request, _("Đã ngừng công khai. Địa chỉ cũ báo là danh sách không còn công khai."))
            case "withdraw":
                number = read_number(request.POST.get("submission"))
                if number is None:
                    raise WorkUnknown
                gift = get_submission(number, scope)
                withdraw_consent(work=found, submission=gift, because=because, by=user, at=at)
                messages.success(request, _("Đã bỏ tên khỏi danh sách và xóa tên. Số đã góp vẫn giữ nguyên."))
            case _:
                raise WorkUnknown
    except DisclosureInvalid as refused:
        messages.error(request, refused.sentence)
    return redirect("work", found.uuid)


@never_cache
@require_safe
def work_list(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The list as a Word file, for who looks after the work."""
    (user, scope, today), purses = _reader(request), list_purses()
    found = get_work(uuid, scope, today, purses)
    check_may_keep(user, found.org_unit_id, today)
    note_read("disclosure", str(found), by=user.actor, at=moments.now())
    return _send(_write(found, today), "danh-sach-dong-gop")


def _write(found: Entity, today: date) -> bytes:
    pack, _purse = purse_of(found.entity_list.code, list_purses())
    disclosure = find_disclosure(found)
    address = address_of(disclosure) if disclosure is not None and disclosure.closed_at is None else ""
    return write_list(found, make_list(found), find_templates(pack).list_id, day=today, address=address)


@never_cache
@require_POST
def work_letters(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`to`: `givers` who agreed to be named, or the people of `units`."""
    (user, scope, today), purses = _reader(request), list_purses()
    found = get_work(uuid, scope, today, purses)
    check_may_keep(user, found.org_unit_id, today)
    pack, purse = purse_of(found.entity_list.code, purses)
    listed, disclosure = make_list(found), find_disclosure(found)
    address = address_of(disclosure) if disclosure is not None and disclosure.closed_at is None else ""
    template, into = find_templates(pack).letter_id, io.BytesIO()
    if request.POST.get("to") == "units":
        gifts = sum_gifts(list_gifts(found, EVERYTHING, "approved", purse))
        letters, many = letters_to_units(found, listed, gifts, day=today, address=address), len(gifts)
    else:
        letters = letters_to_givers(found, listed, day=today, address=address)
        many = len(listed.disclosed.named)
        note_read("disclosure", str(found), by=user.actor, at=moments.now())
    try:
        if not many:
            raise DisclosureInvalid(_("Chưa có ai để gửi thư cảm ơn."))
        write_letters(letters, template, into)
    except Refusal as refused:
        messages.error(request, refused.sentence)
        return redirect("work", found.uuid)
    return _send(into.getvalue(), "thu-cam-on")


def _send(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=WORD)
    answer["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return answer


# -- for everybody -----------------------------------------------------------------------------------------------------


@never_cache
@login_not_required
@require_safe
def disclosure(request: HttpRequest, code: str) -> HttpResponse:
    """A work's list, by its address alone; `?file=1` the same as a Word file."""
    if count_within("disclosure", request.META.get("REMOTE_ADDR", ""), READS_ALLOWED):
        raise TooManyDisclosureReads(PAUSE_SECONDS // 60)
    found = find_disclosed(code)
    if found is None or found.closed_at is not None:
        return render(request, "desk/works/disclosure.html", {"disclosure": found}, status=404)
    today, purses = moments.today(), list_purses()
    note_public_read(found, at=moments.now())
    if request.GET.get("file"):
        return _send(_write(found.work, today), "danh-sach-dong-gop")
    listed = make_list(found.work)
    return render(request, "desk/works/disclosure.html", _show_list(found.work, listed, today) | {
        "disclosure": found, "has_list": find_templates(purse_of(found.work.entity_list.code, purses)[0]).list_id,
    })  # fmt: skip


def _show_list(found: Entity, listed: WorkList, today: date) -> dict[str, object]:
    purse, disclosed = listed.purse, listed.disclosed
    lines = standing_lines(EVERYTHING, "approved")
    told = list_told(found, EVERYTHING, "approved")
    return _show_work(found, purse, lines, told, disclosed.named, today) | {
        "today": today,
        "others": [
            (name_source(purse, one.source), _count(one), word_amounts(purse, one.amounts)) for one in disclosed.others
        ],
        "left_out": tell_left_out(listed),
    }


def _count(others: Others) -> str:
    counted = {"gifts": show_number(Decimal(others.gifts)), "households": show_number(Decimal(others.households))}
    if others.households:
        return _("số lượt %(gifts)s, số lượt hộ %(households)s") % counted
    return _("số lượt %(gifts)s") % counted
