"""What is entered: entrants and their entries, files, what is taken back, names that are erased."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.contests.actions.conflicts import check_entered_by
from caunoi.contests.actions.planning import lock_contest
from caunoi.contests.errors import ContestInvalid, ContestNotYours, ContestUnknown, EntryLate
from caunoi.contests.files import MOST_FILES
from caunoi.contests.models import Contest, Entrant, Entry, EntryFile
from caunoi.contests.people import PEOPLE, open_names, write_entrant
from caunoi.contests.permissions import check_may_enter, check_may_organise, may_erase
from caunoi.contests.queries import terms_of
from caunoi.contests.rules.life import Step
from caunoi.contests.rules.terms import PERSON, UNIT
from caunoi.documents.actions import store_bytes
from caunoi.documents.uploads import PreparedFile
from caunoi.moments import VIETNAM, local_date
from caunoi.personal.destroying import destroy_keys
from caunoi.places.queries import get_snapshot
from caunoi.vietnamese_text import clean, fold

LONGEST_NAME, LONGEST_TITLE = 200, 300
MOST_ENTRIES = 20_000


@transaction.atomic
def add_entry(
    contest_id: int, *, kind: str, org_unit_id: int, name: str, title: str, files: tuple[PreparedFile, ...] = (),
    by: User, at: datetime,
) -> Entry:  # fmt: skip
    """`kind`: of `rules.terms.ENTRANTS`; a unit's name is its own. Who enters a second time is the same entrant.

    Raises EntryLate, JudgeOfOwn, ContestNotYours, ContestInvalid.
    """
    contest = lock_contest(contest_id, Step.ENTER)
    _check_in_time(contest, at)
    check_entered_by(contest, by, local_date(at))
    check_may_enter(by, contest, org_unit_id, local_date(at))
    name, title = clean(name), clean(title)
    _check(contest, kind, org_unit_id, name, title, len(files), at)
    if kind == UNIT:
        name = get_snapshot().name_on(org_unit_id, local_date(at))
    entry = Entry.objects.create(
        contest=contest, entrant=_find_or_write(contest, kind, org_unit_id, name, at), title=title, added_by=by,
        added_by_name=str(by), added_at=at,
    )  # fmt: skip
    stored = [_attach(entry, file, at) for file in files]
    detail = {"entry": entry.pk, "kind": kind, "title": title, "files": stored}
    write_line("contest.enter", contest.subject, detail, by=by.actor, at=at)
    return entry


def _check_in_time(contest: Contest, at: datetime) -> None:
    if at >= contest.entries_until:
        raise EntryLate(f"{contest.entries_until.astimezone(VIETNAM):%H:%M, %d/%m/%Y}")


def _check(contest: Contest, kind: str, org_unit_id: int, name: str, title: str, files: int, at: datetime) -> None:
    day = local_date(at)
    if kind not in terms_of(contest).entrants:
        raise ContestInvalid(_("Loại hội thi này không nhận đối tượng dự thi đã chọn."))
    if org_unit_id not in get_snapshot().subtree_on(contest.org_unit_id, day):
        raise ContestInvalid(
            _("%(unit)s không thuộc đơn vị tổ chức nên không dự thi ở đây được.")
            % {"unit": get_snapshot().path_name(org_unit_id, day)}
        )
    if kind != UNIT and not 1 <= len(name) <= LONGEST_NAME:
        raise ContestInvalid(_("Tên người, tập thể dự thi dài từ 1 đến 200 ký tự."))
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise ContestInvalid(_("Tên bài dự thi dài từ 1 đến 300 ký tự."))
    if kind == PERSON and not PEOPLE.is_declared():
        raise ContestInvalid(
            _("Chưa gói chương trình nào khai báo vì sao giữ tên người dự thi, nên chưa ghi được tên cá nhân.")
        )
    # Judges and the public read the title, and of a person it would be kept unsealed.
    if name and f" {fold(name)} " in f" {fold(title)} ":
        raise ContestInvalid(_("Tên bài có tên người, tập thể dự thi: giám khảo sẽ biết bài của ai. Hãy đặt tên khác."))
    if files > MOST_FILES:
        raise ContestInvalid(_("Mỗi bài có nhiều nhất 10 tệp."))
    if contest.entries.count() >= MOST_ENTRIES:
        raise ContestInvalid(_("Một hội thi có nhiều nhất 20.000 bài."))


def _find_or_write(contest: Contest, kind: str, org_unit_id: int, name: str, at: datetime) -> Entrant:
    there = list(contest.entrants.filter(kind=kind, org_unit_id=org_unit_id))
    names = open_names(there)
    same = next((one for one in there if fold(names[one.pk]) == fold(name)), None)
    if same is None:
        same = Entrant(contest=contest, kind=kind, org_unit_id=org_unit_id, day_to=contest.day_to, name=name)
        write_entrant(same, at)
    return same


def _attach(entry: Entry, file: PreparedFile, at: datetime) -> str:
    stored = store_bytes(file.content, media_type=file.media_type, at=at)
    EntryFile.objects.create(entry=entry, stored=stored, name=file.name[:200])
    return str(stored.sha256)


@transaction.atomic
def attach_file(contest_id: int, entry_id: int, *, file: PreparedFile, by: User, at: datetime) -> None:
    contest = lock_contest(contest_id, Step.ENTER)
    _check_in_time(contest, at)
    entry = _find_entry(contest, entry_id)
    check_may_enter(by, contest, entry.entrant.org_unit_id, local_date(at))
    if entry.files.count() >= MOST_FILES:
        raise ContestInvalid(_("Mỗi bài có nhiều nhất 10 tệp."))
    detail = {"entry": entry.pk, "file": _attach(entry, file, at)}
    write_line("contest.attach", contest.subject, detail, by=by.actor, at=at)


@transaction.atomic
def withdraw_entry(contest_id: int, entry_id: int, *, because: str, by: User, at: datetime) -> None:
    """Taken back or shut out: it is marked and counted no more, and stays with its reason."""
    contest = lock_contest(contest_id, Step.WITHDRAW)
    check_may_organise(by, contest, local_date(at))
    entry, because = _find_entry(contest, entry_id), clean(because)
    if not because or len(because) > 500:
        raise ContestInvalid(_("Hãy ghi lý do, nhiều nhất 500 ký tự."))
    entry.withdrawn_at, entry.withdrawn_because = at, because
    entry.save(update_fields=["withdrawn_at", "withdrawn_because"])
    detail = {"entry": entry.pk, "blind": entry.blind, "because": because}
    write_line("contest.withdraw", contest.subject, detail, by=by.actor, at=at)


def _find_entry(contest: Contest, entry_id: int) -> Entry:
    found = contest.entries.filter(pk=entry_id, withdrawn_at=None).select_related("entrant").first()
    if found is None:
        raise ContestUnknown
    return found


@transaction.atomic
def erase_entrant(contest_id: int, entrant_id: int, *, because: str, by: User, at: datetime) -> None:
    """A person's name; that somebody took part, the marks and the ranking stay. Raises NothingToErase."""
    contest = lock_contest(contest_id, Step.ERASE)
    if not may_erase(by, contest, local_date(at)):
        raise ContestNotYours(get_snapshot().path_name(contest.org_unit_id, local_date(at)))
    entrant = contest.entrants.filter(pk=entrant_id, kind=PERSON).first()
    if entrant is None:
        raise ContestUnknown
    if not clean(because):
        raise ContestInvalid(_("Hãy ghi lý do xóa: ai yêu cầu, ngày nào."))
    destroy_keys(entrant.subject, because=clean(because), by=by.actor, at=at)
