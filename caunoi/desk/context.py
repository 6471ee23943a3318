from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from caunoi import moments
from caunoi.accounts.app_users import MAY_GIVE_ACCESS
from caunoi.accounts.models import Role, User
from caunoi.accounts.permissions import reads_whole_audit
from caunoi.accounts.queries import list_grants
from caunoi.contests.queries import is_appointed
from caunoi.desk.help import find_topic
from caunoi.desk.notices.models import Notice
from caunoi.places.models import OrgUnit

WRITERS = {Role.RECORDER, Role.EDITOR}
DECIDERS = {Role.APPROVER, Role.EDITOR, Role.PROGRAMME_MANAGER}
READERS = {Role.APPROVER, Role.EDITOR, Role.VIEWER, Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR}
OVERSEERS = {Role.ADMINISTRATOR, Role.AUDITOR}

SPREADSHEET_PAGES = frozenset({"workbook-preview", "workbook-confirm", "import"})
DOCUMENT_PAGES = frozenset({"document", "document-new", "document-edit", "document-cascade", "document-deadlines"})
REPORT_PAGES = frozenset(
    {"report", "report-new", "report-verify", "report-templates", "report-batches", "report-batch"}
)
MEETING_PAGES = frozenset({"meeting", "meeting-new", "meeting-edit", "meeting-matters", "meeting-door"})
RATING_PAGES = frozenset({"rating-round", "rating"})
TRAINING_PAGES = frozenset(
    {"training-class", "training-new", "training-edit", "training-plan", "training-attendance", "training-step"}
)
WORK_PAGES = frozenset({"work", "work-step", "work-letters"})
CONTEST_PAGES = frozenset(
    {"contest", "contest-new", "contest-edit", "contest-entry-new", "contest-judging", "contest-marks"}
)
AWARD_PAGES = frozenset(
    {"award-dossiers", "award-dossier-new", "award-dossier", "award-step", "award-all-papers", "award-papers-zip"}
)
CRITERIA_PAGES = frozenset({"criteria-set", "criteria-unit", "criteria-parts"})
REGISTER_PAGES = frozenset(
    {"register", "register-problems", "register-entity", "register-new", "register-merge", "register-entity-edit"}
)


PERSONAL_PAGES = frozenset(
    {"breaches", "breach-new", "breach", "personal-person", "personal-record", "personal-overdue"}
)


@dataclass(frozen=True)
class Link:
    """An entry of the menu; `name` is the address's name, `also` those of pages that belong to it."""

    name: str
    label: str
    also: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Group:
    """Entries that belong together. `section`: the entry we are in, empty when it stands in another group."""

    name: str
    label: str
    links: list[Link]
    section: str = ""


Offered = list[tuple[AbstractSet[Role], Link]]
"""Who sees an entry of the menu, and the entry."""


@dataclass(frozen=True)
class Shell:
    """What the frame of a page shows: whether these are demonstration data, the menu, and where in it we are.

    `collects`: this person fills in forms, so the browser brings them onto the device. `unread`: how many notices.
    `help`: the name of the text that explains this page, empty where there is none.
    """

    demo: bool
    navigation: list[Group]
    section: str
    collects: bool
    unread: int = 0
    help: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    # Lazy, because answers that render no page (files, JSON) shouldn't ask the database for its frame.
    return {"shell": SimpleLazyObject(lambda: read_shell(request))}


def read_shell(request: HttpRequest) -> Shell:
    user = getattr(request, "user", None)
    navigation: list[Group] = []
    roles: set[Role] = set()
    if isinstance(user, User):
        roles = {Role(grant.role) for grant in list_grants(user, moments.today())}
        # Asked only where an entry of the menu hangs on it: this stands in every page's frame.
        whole = bool(roles & OVERSEERS) and reads_whole_audit(user, moments.today())
        judges = not roles and is_appointed(user)
        navigation = list_groups(roles, whole_office=whole, judges=judges)
    match = request.resolver_match
    here = match.url_name or "" if match else ""
    navigation = [replace(group, section=_find_section(group, here)) for group in navigation]
    section = here if here == "home" else next((group.section for group in navigation if group.section), "")
    unread = Notice.objects.filter(user=user, read_at=None).count() if isinstance(user, User) else 0
    return Shell(is_demo(), navigation, section, bool(roles & WRITERS), unread, find_topic(request.path, section))


def _find_section(group: Group, here: str) -> str:
    return next((link.name for link in group.links if here == link.name or here in link.also), "")


def list_groups(roles: set[Role], *, whole_office: bool = True, judges: bool = False) -> list[Group]:
    """The menu for these roles. It only hides what would be refused; permission is decided on the page itself.

    `whole_office`: the roles reach all of it. `judges`: they judge a contest, for which nobody needs a role. A new page
    is one line in its group: (who sees it, the entry).
    """
    contests = Link("contests", _("Hội thi, cuộc thi"), CONTEST_PAGES)
    published = Link("releases", _("Bảng công bố"), frozenset({"release", "release-new"}))
    work: Offered = [
        (WRITERS, Link("due", _("Việc cần ghi"), frozenset({"fill", "submission-correct"}))),
        (WRITERS, Link("offline", _("Bản nháp và hàng chờ"), frozenset({"offline-draft"}))),
        (DECIDERS, Link("inbox", _("Hộp duyệt"), frozenset({"submission", "approve-many"}))),
        (DECIDERS | READERS, Link("checks", _("Nên xem lại"))),
        (DECIDERS, Link("reminders", _("Nhắc nộp"), frozenset({"extensions", "extension-new"}))),
        (DECIDERS, Link("held", _("Bản gửi chờ xếp chỗ"), frozenset({"held-one", "held-place", "held-aside"}))),
    ]
    records: Offered = [
        (WRITERS, Link("workbooks", _("Nhập bảng tính"), SPREADSHEET_PAGES)),
        (set(Role), Link("registers", _("Sổ theo dõi"), REGISTER_PAGES)),
        (READERS | WRITERS, Link("exports", _("Xuất bản ghi"))),
        (READERS | WRITERS, Link("documents", _("Sổ văn bản"), DOCUMENT_PAGES)),
        (READERS | WRITERS, Link("meetings", _("Hội nghị, đối thoại"), MEETING_PAGES)),
        (READERS | WRITERS, Link("ratings", _("Chấm điểm, xếp loại"), RATING_PAGES)),
        (READERS | WRITERS, Link("criteria", _("Bộ tiêu chí"), CRITERIA_PAGES)),
        (READERS | WRITERS, Link("training", _("Đào tạo, bồi dưỡng"), TRAINING_PAGES)),
        (READERS | WRITERS, Link("works", _("Đóng góp, công trình"), WORK_PAGES)),
        (READERS | WRITERS, contests),
        (READERS | WRITERS, Link("awards", _("Khen thưởng, chứng nhận"), AWARD_PAGES)),
    ]
    figures: Offered = [
        (READERS, Link("figures", _("Số liệu"), frozenset({"explain"}))),
        (READERS, Link("targets", _("Chỉ tiêu phấn đấu"), frozenset({"target"}))),
        (READERS, Link("coverage", _("Tiến độ báo cáo"))),
        (READERS, Link("dashboards", _("Bảng theo dõi"), frozenset({"dashboard", "dashboard-change"}))),
        (READERS | WRITERS, Link("campaigns", _("Đợt ra quân"), frozenset({"campaign"}))),
        (READERS, Link("saved-views", _("Bảng xem đã lưu"), frozenset({"view-change", "view-save"}))),
        (READERS, Link("reports", _("Báo cáo"), REPORT_PAGES)),
        (READERS, published),
    ]
    places: Offered = [
        (set(Role), Link("places", pgettext("menu", "Đơn vị"), frozenset({"place", "succession-new"}))),
        ({Role.ADMINISTRATOR}, Link("users", _("Người dùng"), frozenset({"user", "user-new"}))),
        (
            MAY_GIVE_ACCESS,
            Link("devices", pgettext("menu", "Điện thoại"), frozenset({"device", "device-new", "device-sheets"})),
        ),
    ]
    administration: Offered = [
        ({Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER}, Link("packs", _("Gói chương trình"))),
        (OVERSEERS, Link("audit", _("Nhật ký"))),
        (OVERSEERS if whole_office else set(), Link("backups", _("Sao lưu"))),
        (set(Role), Link("personal-data", _("Dữ liệu cá nhân"), PERSONAL_PAGES)),
    ]
    if not roles:
        # Without a role there is what anyone may read.
        judging = [Group("work", _("Việc cần làm"), [contests])] if judges else []
        return [*judging, Group("figures", _("Số liệu và báo cáo"), [published])]
    groups = [
        Group("work", _("Việc cần làm"), _allowed(work, roles)),
        Group("records", _("Bản ghi và sổ"), _allowed(records, roles)),
        Group("figures", _("Số liệu và báo cáo"), _allowed(figures, roles)),
        Group("places", _("Đơn vị và con người"), _allowed(places, roles)),
        Group("administration", _("Quản trị hệ thống"), _allowed(administration, roles)),
    ]
    return [group for group in groups if group.links]


def _allowed(offered: Offered, roles: set[Role]) -> list[Link]:
    return [link for wanted, link in offered if wanted & roles]


def is_demo() -> bool:
    """Whether made-up units are loaded. Kept for a minute: it changes once in an installation's life."""
    found = cache.get("shell-demo")
    if found is None:
        found = OrgUnit.objects.filter(synthetic=True).exists()
        cache.set("shell-demo", found, 60)
    return bool(found)
