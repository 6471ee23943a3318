"""One search, as readers with different reach see it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi import moments
from caunoi.accounts.actions import create_user, update_user
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import list_grants, scope_of
from caunoi.assessments.tests import builders as ratings
from caunoi.audit.models import AuditLine
from caunoi.awards.tests import builders as awards
from caunoi.boards.campaigns import declare_campaign
from caunoi.contests.actions import open_contest
from caunoi.contests.tests import builders as contests
from caunoi.contributions.tests import builders as works
from caunoi.desk.search.actions import index_report, rebuild
from caunoi.desk.search.looking import SOURCES, search
from caunoi.desk.search.models import SearchEntry, SearchWord
from caunoi.desk.search.sources import Found, Reader
from caunoi.desk.tests.builders import (
    TESTER,
    commune_officer,
    monthly_xml,
    publish_event,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.documents.actions import register_document, store_bytes
from caunoi.documents.models import DocumentKind
from caunoi.documents.rules.drafts import DocumentDraft
from caunoi.documents.rules.questions import EVERY_QUESTION
from caunoi.facts.models import DataElement
from caunoi.forms.models import Form
from caunoi.meetings.tests import builders as meetings
from caunoi.moments import local_moment
from caunoi.personal.erasing import erase_person
from caunoi.places.actions import succeed
from caunoi.places.models import OrgUnit
from caunoi.places.rules.preview import NewPlace, SuccessionDraft
from caunoi.records.actions import Incoming, receive
from caunoi.records.entities.tests import builders as register_builders
from caunoi.records.entities.tests.builders import OTHER, create, update
from caunoi.records.models import Entity
from caunoi.reports.events import ReportMade
from caunoi.reports.models import ReportRun
from caunoi.reports.rules.life import ReportState
from caunoi.training.tests import builders as training

pytestmark = pytest.mark.django_db
NOW = local_moment(date(2026, 9, 3))


@pytest.fixture
def world() -> None:
    store_world()
    register_builders.register()
    register_builders.publish()
    rebuild()


def reader(who: User) -> Reader:
    today = moments.today()
    roles = frozenset(Role(grant.role) for grant in list_grants(who, today))
    return Reader(who, scope_of(who, today), roles, today)


def hits(who: User, text: str, kind: str = "") -> list[Found]:
    found = search(text, reader(who), [kind] if kind else list(SOURCES), 50)
    return [hit for several in found.values() for hit in several]


def titles(who: User, text: str, kind: str = "") -> list[str]:
    return [hit.title for hit in hits(who, text, kind)]


def known_words(*words: str) -> set[str]:
    return set(SearchWord.objects.filter(word__in=words).values_list("word", flat=True))


def make_things() -> None:
    create(OrgUnit.objects.get(pk=3), "Đội văn nghệ Bản Vền")
    create(OrgUnit.objects.get(pk=6), "Đội kèn Pí lè", OTHER)


def send_month(head: User, unit: int) -> None:
    xml = monthly_xml(f"uuid:{unit}").encode()
    receive(Incoming("bao_cao_thang", unit, NOW, xml=xml, entered_by=head), by=head.actor, at=NOW)


def test_a_unit_is_found_without_accents_its_own_name_first(world: None) -> None:
    assert titles(commune_officer(), "ban qua", "unit") == ["Xã Bản Qua", "Thôn 1", "Thôn 2"]
    assert titles(commune_officer(name="xa2"), "thon 2 ban qua", "unit") == ["Thôn 2"]


def test_a_slip_of_the_finger_or_a_forgotten_space_is_forgiven(world: None) -> None:
    officer = commune_officer()

    assert titles(officer, "bản qau", "unit")[0] == "Xã Bản Qua"
    assert titles(officer, "banqua", "unit") != []


def test_a_long_document_does_not_hide_the_person_who_was_meant(world: None) -> None:
    administrator = user("quan-tri", [(Role.ADMINISTRATOR, 1), (Role.VIEWER, 1)], full_name="Công chức xã")
    DocumentKind.objects.create(code="cong_van", name_vi="Công văn", name_en="Letter", pack="thu")
    letter = DocumentDraft(
        direction="outgoing", reference="7/CV-UBND", title="Chú ý công tác ở xã", issued_on=date(2026, 7, 1),
        kind="cong_van", addressed_to=(3,),
    )  # fmt: skip
    register_document(org_unit_id=2, draft=letter, by=administrator.actor, at=NOW, confirmed=EVERY_QUESTION)
    rebuild()

    assert [hit.kind for hit in hits(administrator, "cong chu xa")] == ["document", "person"]
    assert [hit.kind for hit in hits(administrator, "cong tacs chu y")] == ["document"]


def test_a_thing_of_a_register_is_found_as_soon_as_it_stands(world: None) -> None:
    make_things()
    officer = commune_officer()

    assert titles(officer, "van nghe ven") == ["Đội văn nghệ Bản Vền"]
    assert titles(officer, "doi van ngeh", "entity") == ["Đội văn nghệ Bản Vền"]


def test_a_thing_called_otherwise_is_found_by_its_new_name_alone(world: None) -> None:
    make_things()
    update(OrgUnit.objects.get(pk=3), label="Đội múa Bản Vền", ten="Đội múa Bản Vền")
    officer = commune_officer()

    assert titles(officer, "doi mua", "entity") == ["Đội múa Bản Vền"]
    assert titles(officer, "van nghe ban ven", "entity") == []


def test_a_word_begun_is_found_by_the_words_that_go_on_from_it(world: None) -> None:
    make_things()
    officer = commune_officer()

    assert titles(officer, "doi van ng", "entity") == ["Đội văn nghệ Bản Vền"]
    assert titles(officer, "van nghe b", "entity") == ["Đội văn nghệ Bản Vền"]


def test_things_of_neighbours_never_crowd_out_the_reader_s_own(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    make_things()
    monkeypatch.setattr("caunoi.desk.search.index.MOST_READ", 1)

    assert titles(commune_officer(), "doi", "entity") == ["Đội văn nghệ Bản Vền"]
    assert titles(commune_officer(5, "xa5"), "doi", "entity") == ["Đội kèn Pí lè"]


def test_nothing_of_another_commune_is_found(world: None) -> None:
    make_things()
    officer = commune_officer()

    assert hits(officer, "ken pi le") == []
    assert hits(officer, "coc san") == []
    assert titles(commune_officer(5, "xa5"), "ken pi le") == ["Đội kèn Pí lè"]


def report(title: str, number: int, *, unit: int = 1, month: int = 1, issued: str = "") -> ReportRun:
    day = date(2026, month, 1)
    file = store_bytes(b"PK", media_type="application/zip", at=NOW)
    run = ReportRun.objects.create(
        key=f"k{number}", template_code="thang", title=title, org_unit_id=unit, day_from=day,
        day_to=date(2026, month, 28), boundaries=day, as_known=1, file=file, file_name="a.docx", made_by_name="Hoa",
        made_at=NOW, issue_number=issued, issued_on=day if issued else None,
        state=ReportState.ISSUED if issued else ReportState.DRAFT,
    )  # fmt: skip
    index_report(ReportMade(run.pk))
    return run


def test_the_oldest_of_many_made_reports_is_found_by_words_month_and_number(world: None) -> None:
    oldest = report("Báo cáo phòng chống rét", 0, issued="12/BC-UBND")
    for number in range(1, 1200):
        report("Báo cáo tháng của tỉnh", number, month=number % 11 + 2)
    officer = user("xem", [(Role.VIEWER, 1)])

    def found(text: str) -> list[str]:
        return [one.address for one in hits(officer, text, "report")]

    for text in ("phong chong ret", "phòng chốgn rét", "12/bc-ubnd", "tháng 1/2026", "báo cáo 15/01/2026"):
        assert found(text) == [f"/reports/{oldest.pk}/"], text
    newest = ReportRun.objects.filter(day_from=date(2026, 2, 1)).order_by("-pk").first()
    assert newest is not None and found("báo cáo tháng 2/2026")[0] == f"/reports/{newest.pk}/"
    assert hits(user("xa", [(Role.VIEWER, 4)]), "phong chong ret", "report") == []


def test_a_report_is_found_by_unit_form_and_month(world: None) -> None:
    publish_monthly()
    send_month(village_head(), 3)
    officer = commune_officer()

    assert titles(officer, "thon 1 bao cao thang 8/2026", "submission") == ["Báo cáo tháng của thôn, tháng 08/2026"]
    assert titles(officer, "ban qua", "submission") == ["Báo cáo tháng của thôn, tháng 08/2026"]
    assert titles(officer, "thon 1 thang 7/2026", "submission") == []
    assert titles(commune_officer(5, "xa5"), "bao cao thang cua thon", "submission") == []


def test_people_are_found_by_administrators_of_their_units_only(world: None) -> None:
    head = village_head()
    rebuild()
    admin = user("quantri", [(Role.ADMINISTRATOR, 2)], "Quản trị Bản Qua")

    assert titles(admin, "giang a pao", "person") == ["Giàng A Páo"]
    assert titles(user("qt5", [(Role.ADMINISTRATOR, 5)]), "giang a pao", "person") == []
    assert titles(commune_officer(), "giang a pao", "person") == []
    assert titles(head, "giang a pao", "person") == []


def test_an_account_that_is_found_leaves_one_line_of_the_reading(world: None) -> None:
    head = village_head()
    rebuild()
    client = signed_in(user("quantri", [(Role.ADMINISTRATOR, 2)], "Quản trị Bản Qua"))

    for text in ("giang a pao", "giang", "ban qua khong co"):
        client.get("/search/", {"q": text, "kind": "person"})

    lines = AuditLine.objects.filter(action="user.read")
    assert [(line.subject, line.detail) for line in lines] == [("search", {"people": [head.pk]})]


def test_a_new_account_and_a_new_name_are_found_at_once(world: None) -> None:
    admin = user("quantri", [(Role.ADMINISTRATOR, 1)])
    made = create_user(username="moi", full_name="Lù Thị Mẩy", password="mat-khau-thu-9", by=TESTER, at=NOW)

    assert titles(admin, "lu thi may", "person") == ["Lù Thị Mẩy"]

    update_user(user=made, full_name="Lù Thị Sen", phone="", language="vi", is_active=True, by=TESTER, at=NOW)

    assert titles(admin, "lu thi sen", "person") == ["Lù Thị Sen"]
    assert titles(admin, "lu thi may", "person") == []


def test_of_an_erased_account_no_word_stays_but_those_of_others(world: None) -> None:
    create_user(username="giang.sua", full_name="Giàng Thị Súa", password="mat-khau-thu-8", by=TESTER, at=NOW)
    gone = create_user(username="may.lu", full_name="Lù Thị Mẩy", password="mat-khau-thu-9", by=TESTER, at=NOW)
    assert known_words("lu", "may", "thi", "giang") == {"lu", "may", "thi", "giang"}

    erase_person(gone, because="Theo yêu cầu", by=TESTER, at=NOW)

    assert known_words("lu", "may", "thi", "giang") == {"thi", "giang"}
    assert titles(user("quantri", [(Role.ADMINISTRATOR, 1)]), "lu thi may", "person") == []


def test_of_a_thing_called_otherwise_the_old_words_are_forgotten(world: None) -> None:
    make_things()

    update(OrgUnit.objects.get(pk=3), label="Đội múa Bản Vền", ten="Đội múa Bản Vền")

    assert known_words("nghe", "mua", "doi") == {"mua", "doi"}


def test_after_a_renaming_the_villages_are_found_under_both_names(world: None) -> None:
    succeed(
        SuccessionDraft("rename", date(2026, 8, 1), ("u2",), (NewPlace("Xã Bản Vược", "02707", "u1"),)),
        by=TESTER,
        at=NOW,
    )
    officer = commune_officer()

    assert titles(officer, "thon 1 ban qua", "unit") == ["Thôn 1"]
    assert titles(officer, "thon 1 ban vuoc", "unit") == ["Thôn 1"]


def test_a_figure_leads_to_its_page_with_the_indicator_chosen(world: None) -> None:
    DataElement.objects.create(
        code="luot_hop", name_vi="Lượt người dự họp", unit="lượt", kind="flow", levels=["village"], form_code="x",
        expression="1", day="period", pack="thu", known_from=1,
    )  # fmt: skip
    found = hits(commune_officer(), "luot nguoi du hop", "figure")

    assert [hit.title for hit in found] == ["Lượt người dự họp"]
    assert "codes=luot_hop" in found[0].address and "place=u2" in found[0].address
    assert hits(village_head(), "luot nguoi du hop", "figure") == []


def test_the_page_groups_what_it_finds_and_works_without_script(world: None) -> None:
    make_things()
    client = signed_in(commune_officer())

    page = client.get("/search/", {"q": "ban"}).content.decode()

    assert 'id="found-unit"' in page and 'id="found-entity"' in page
    assert "Không tìm thấy gì" in client.get("/search/", {"q": "khong co dau"}).content.decode()


@pytest.mark.parametrize("text", ["", "   ", '"', "a' OR 1=1 --", "NEAR(", "* AND", "\x00", "zzunit0", "😀", "x" * 500])
def test_odd_signs_are_words_like_any_other(world: None, text: str) -> None:
    assert signed_in(commune_officer()).get("/search/", {"q": text}).status_code == 200


def test_who_has_no_role_finds_nothing(world: None) -> None:
    assert hits(user("ai"), "ban qua") == []


def test_a_stranger_is_asked_to_sign_in() -> None:
    assert Client().get("/search/", {"q": "ban"}).status_code == 302


NAMES = ["ban", "qua", "thon", "xa", "coc", "san", "doi", "ken", "van nghe", "bna", "1", "3", "bao cao", "thang 8/2026"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    unit=st.sampled_from([1, 2, 3, 4, 5, 6]),
    role=st.sampled_from(list(Role)),
    words=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
)
def test_no_hit_lies_outside_the_reader_s_units(full_world: None, unit: int, role: Role, words: list[str]) -> None:
    who, _made = User.objects.get_or_create(username=f"ai-{unit}-{role}")
    if not who.grants.exists():
        who.grants.create(role=role, org_unit_id=unit, from_day=date(2020, 1, 1))
    below = {1: {1, 2, 3, 4, 5, 6}, 2: {2, 3, 4}, 5: {5, 6}}.get(unit, {unit})

    assert all(hit.org_unit is None or hit.org_unit in below for hit in hits(who, " ".join(words)))


@pytest.fixture
def full_world(world: None) -> None:
    publish_monthly()
    make_things()
    for unit in (3, 6):
        send_month(village_head(unit, f"thon{unit}"), unit)


def test_a_rebuilt_index_is_the_one_that_was_kept(full_world: None) -> None:
    update(OrgUnit.objects.get(pk=3), label="Đội múa Bản Vền", ten="Đội múa Bản Vền")
    kept = set(SearchEntry.objects.exclude(kind="person").values_list("kind", "thing_id", "words"))

    rebuild()

    assert set(SearchEntry.objects.exclude(kind="person").values_list("kind", "thing_id", "words")) == kept
    assert Entity.objects.count() == SearchEntry.objects.filter(kind="entity").count()


# -- meetings, classes, contests, works, ratings, commendations, campaign days ----------------------------------------


def test_meetings_are_found_by_title_place_kind_and_unit_by_those_who_may_see_them() -> None:
    places = meetings.make_world()
    meetings.plan(places)
    stranger = user("xa-khac", [(Role.VIEWER, places.other.pk)])

    for text in ("hien dat lam duong", "hội trường", "hoi nghi coc san", "hien dat thang 3/2026", "hoi nghi hein dat"):
        assert titles(places.officer, text, "meeting") == ["Hội nghị chuyên đề hiến đất làm đường"], text
    assert titles(places.officer, "hien dat thang 4/2026", "meeting") == []
    assert titles(stranger, "hien dat", "meeting") == []


def test_classes_are_found_by_title_place_kind_unit_and_month_and_never_by_who_learns() -> None:
    places = training.make_world()
    found = training.open_one(places, day_from=date(2026, 3, 31), day_to=date(2026, 4, 1))
    training.add(found, places)
    stranger = user("xa-khac", [(Role.VIEWER, places.other.pk)])

    for text in (
        "tuyen truyen mieng",
        "hội trường ubnd",
        "nghiep vu coc san",
        "lop boi duong thang 3/2026",
        "tuyen truyne",
    ):
        assert [hit.address for hit in hits(places.officer, text, "class")] == [f"/training/{found.pk}/"], text
    assert titles(places.officer, "lop boi duong thang 5/2026", "class") == []
    assert titles(places.officer, "vang thi my", "class") == titles(stranger, "tuyen truyen mieng", "class") == []


def test_contests_are_found_by_who_holds_them_and_once_they_are_open_by_who_may_enter() -> None:
    places = contests.make_world()
    planned = contests.plan(places)
    stranger = user("xa-khac", [(Role.VIEWER, places.other.pk)])
    assert titles(places.head, "luat dat dai", "contest") == []

    open_contest(planned.pk, by=places.officer, at=contests.PLANNED_AT)
    contests.enter(planned, places.officer, places.village, "Đất và người")

    for text in ("luat dat dai", "cuoc thi viet coc san", "tim hieu luat thang 3/2026", "tim heiu luat"):
        for who in (places.officer, places.head):
            assert [hit.address for hit in hits(who, text, "contest")] == [f"/contests/{planned.pk}/"], text
    assert titles(places.officer, "tim hieu luat thang 4/2026", "contest") == []
    assert titles(places.officer, "nguoi viet dat va nguoi", "contest") == []
    assert titles(stranger, "luat dat dai", "contest") == []


def test_works_are_found_by_name_and_never_by_who_gave() -> None:
    officer = works.store_works()
    works.approved(officer, works.give(so_tien="500000", ten_ho="Hộ Lý A Sùng", **works.CONSENT))
    rebuild()

    assert [hit.address for hit in hits(officer, "duong be tong ban ven", "work")] == [f"/works/{works.ROAD}/"]
    assert titles(officer, "duong be tnog", "work") == ["Đường bê tông Bản Vền"]
    assert titles(officer, "ly a sung", "work") == titles(officer, "nha van hoa coc san", "work") == []
    assert titles(user("xa-khac", [(Role.VIEWER, 5)]), "nha van hoa", "work") == ["Nhà văn hóa Cốc San"]


def test_a_rating_is_found_by_its_title_and_a_units_own_by_the_units_name_too() -> None:
    ratings.store_world()
    ratings.store_sheet()
    rebuild()
    round_ = ratings.opened(ratings.province_officer())
    officer, head = ratings.commune_officer(), ratings.village_head()

    assert [hit.address for hit in hits(officer, "cham diem thon", "rating")] == [f"/ratings/{round_.pk}/"]
    assert [hit.address for hit in hits(head, "cham diem thon 1 ban qua", "rating")] == [f"/ratings/{round_.pk}/u3/"]
    assert hits(officer, "cham diem coc san", "rating") == []


def test_commendations_are_found_by_decision_and_collective_and_never_by_a_persons_name(world: None) -> None:
    awards.store_awards()
    officer = user("tinh", [(Role.APPROVER, 1), (Role.VIEWER, 1)])
    found = awards.dossier(1, officer)
    awards.add(found, officer, awards.village(3), awards.person(3, "Giàng Thị Sua"))
    awards.decide(found, officer)
    stranger = user("xa-khac", [(Role.VIEWER, 5)])

    assert titles(officer, "hien dat lam duong", "award") == ["Thôn 1", "Hiến đất làm đường"]
    assert titles(officer, "125", "award") == ["Thôn 1", "Hiến đất làm đường"]
    assert titles(village_head(), "thon 1", "award") == ["Thôn 1"]
    assert titles(officer, "giang thi sua", "award") == titles(stranger, "hien dat", "award") == []


def test_campaign_days_are_found_by_who_may_watch_them(world: None) -> None:
    publish_event()
    officer = user("tinh", [(Role.PROGRAMME_MANAGER, 1)])
    declare_campaign(
        user=officer, name="Ra quân sạch đường", form=Form.objects.get(code="hoat_dong"),
        org_unit=OrgUnit.objects.get(pk=2), first=date(2026, 8, 2), last=date(2026, 8, 2), by=officer.actor, at=NOW,
    )  # fmt: skip

    assert titles(officer, "sach duong ban qua", "campaign") == ["Ra quân sạch đường"]
    assert titles(village_head(), "ra quan thang 8/2026", "campaign") == ["Ra quân sạch đường"]
    assert titles(user("khac", [(Role.VIEWER, 5)]), "ra quan", "campaign") == []
