"""What a person may ask for, what happens then, and who sees the pages about people's data."""

from __future__ import annotations

import json
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client

from caunoi.accounts.actions import end_role
from caunoi.accounts.models import Invitation, OutsideAccount, Role, RoleGrant, User
from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.desk.tests.builders import monthly_xml, publish_monthly, store_world, village_head
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import Posting
from caunoi.moments import local_moment, now, today
from caunoi.personal.erasing import erase_person
from caunoi.personal.errors import ErasureRefused
from caunoi.personal.models import Breach, PersonalQuestion
from caunoi.places.models import OrgUnit
from caunoi.records.actions import receive
from caunoi.records.incoming import Incoming
from caunoi.records.models import SubmissionVersion
from caunoi.records.tests.builders import BY, unit, user

pytestmark = pytest.mark.django_db
SENT = local_moment(date(2026, 9, 2))
NAME, PHONE, EMAIL = "Hoàng Thị Lan", "0912 345 678", "lan@example.vn"


@pytest.fixture
def country(db: None) -> OrgUnit:
    return unit("Việt Nam", "country")


@pytest.fixture
def lan(country: OrgUnit) -> User:
    """A village head who sent something."""
    village = unit("Thôn 1", "village", unit("Xã Bản Qua", "commune", unit("Tỉnh", "province", country)))
    head = user("lan", (Role.RECORDER, village))
    head.full_name, head.phone, head.email = NAME, PHONE, EMAIL
    head.save()
    return head


def end_roles(person: User) -> None:
    for grant in RoleGrant.objects.filter(user=person):
        end_role(grant=grant, to_day=today(), by=BY, at=now())


def everything_but_the_audit() -> str:
    """All values of all tables but the chain's."""
    tables = set(connection.introspection.table_names()) - {AuditLine._meta.db_table}
    with connection.cursor() as cursor:
        found = []
        for table in sorted(tables):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += cursor.fetchall()
    return "\n".join(map(str, found))


def test_figures_records_and_the_ledger_are_the_same_after_an_erasure() -> None:
    store_world()
    publish_monthly()
    head = village_head()
    incoming = Incoming("bao_cao_thang", 3, SENT, xml=monthly_xml().encode(), entered_by=head)
    received = receive(incoming, by=head.actor, at=SENT)
    version = SubmissionVersion.objects.get(submission_id=received.submission_id)
    postings = list(Posting.objects.values_list())
    end_roles(head)

    erase_person(head, because="đơn", by=BY, at=now())

    assert list(Posting.objects.values_list()) == postings
    assert check_ledger() == []
    after = SubmissionVersion.objects.get(pk=version.pk)
    assert (after.answers, after.xml) == (version.answers, version.xml)
    assert (version.entered_by_name, after.entered_by_name) == (str(head), f"da-xoa-{head.pk}")


def test_erasing_takes_name_phone_and_sign_in_everywhere_but_in_the_chain(lan: User) -> None:
    lan_id = lan.pk
    Invitation.objects.create(
        full_name=NAME, email=EMAIL, role=Role.RECORDER, org_unit=OrgUnit.objects.get(level="village"),
        from_day=SENT.date(), code_sha256="0" * 64, delivery="mail", created_at=SENT, expires_at=SENT,
        accepted_at=SENT, user=lan,
    )  # fmt: skip
    EmailAddress.objects.create(user=lan, email=EMAIL)
    OutsideAccount.objects.create(user=lan, issuer="https://so.example", email=EMAIL, linked_by="x", linked_at=SENT)
    end_roles(lan)

    erase_person(lan, because="đơn ngày 12/03/2026", by=BY, at=now())
    erase_person(lan, because="một lần nữa", by=BY, at=now())

    left = everything_but_the_audit()
    assert not any(value in left for value in (NAME, PHONE, EMAIL))
    gone = User.objects.get(pk=lan_id)
    assert (gone.username, gone.is_active, gone.has_usable_password()) == (f"da-xoa-{lan_id}", False, False)
    [line] = AuditLine.objects.filter(action="person.erase")
    assert NAME not in json.dumps(line.detail, ensure_ascii=False)
    assert find_chain_break() is None


def test_who_still_has_a_role_and_oneself_are_not_erased(lan: User) -> None:
    with pytest.raises(ErasureRefused, match="kết thúc các vai trò"):
        erase_person(lan, because="đơn", by=BY, at=now())
    end_roles(lan)
    with pytest.raises(ErasureRefused, match="chính mình"):
        erase_person(lan, because="đơn", by=lan.actor, at=now())


def test_an_administrator_above_gives_the_file_and_erases_and_nobody_else_may(
    lan: User, country: OrgUnit, client: Client
) -> None:
    above, elsewhere = user("ở trên", (Role.ADMINISTRATOR, country)), user("ở nơi khác")
    address = f"/personal-data/people/{lan.pk}/"

    client.force_login(elsewhere)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}file/").status_code == 404
    client.force_login(above)
    assert NAME in client.get(address).content.decode()
    told = json.loads(client.post(f"{address}file/").content)
    held = client.post(address, {"because": "đơn", "sure": "on"})
    end_roles(lan)
    done = client.post(address, {"because": "đơn", "sure": "on"})

    assert (told["account"]["full_name"], told["account"]["phone"]) == (NAME, PHONE)
    assert (held.status_code, done.status_code) == (422, 302)
    actions = AuditLine.objects.filter(subject=f"user:{lan.pk}", actor_id=above.pk).values_list("action", flat=True)
    assert list(actions) == ["person.export", "person.erase"]
    assert NAME not in client.get(address).content.decode()


def test_breaches_are_written_told_and_closed_on_the_pages(country: OrgUnit, client: Client) -> None:
    when = {"day": f"{today():%d/%m/%Y}", "clock": "00:00"}
    client.force_login(user("ở trên", (Role.ADMINISTRATOR, country)))

    made = client.post("/personal-data/breaches/new/", {"what": "Mất máy.", "kinds": "họ tên", **when})
    breach = Breach.objects.get()
    assert "Vụ việc lộ, mất dữ liệu số" in client.get("/").content.decode()
    page = client.get(made.headers["Location"]).content.decode()
    client.post(made.headers["Location"], {
        "what": "tell", "whom": "Cơ quan", "authority": "on", "how": "công văn", **when,
    })  # fmt: skip
    client.post(made.headers["Location"], {"what": "close", "outcome": "Đã tìm lại."})

    assert "data-until" in page
    breach.refresh_from_db()
    assert breach.closed_at is not None
    assert "Vụ việc lộ, mất dữ liệu số" not in client.get("/").content.decode()
    listed = client.get("/personal-data/breaches/").content.decode()
    assert "đã báo trong hạn" in listed and "Mất máy." in listed
    client.force_login(user("không vai trò"))
    assert client.get("/personal-data/breaches/").status_code == 403
    assert client.get(made.headers["Location"]).status_code == 403


@pytest.mark.parametrize("address", ["/personal-data/breaches/", "/personal-data/breaches/new/", "/backups/"])
def test_a_province_s_officer_is_offered_no_page_about_everybody_and_told_whose_it_is(
    address: str, country: OrgUnit, client: Client
) -> None:
    province = unit("Tỉnh Lào Cai", "province", country)
    roles = (Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER, Role.APPROVER, Role.VIEWER)
    client.force_login(user("tinh", *((role, province) for role in roles)))

    refused = client.get(address)

    said = refused.content.decode()
    assert refused.status_code == 403
    assert "Tài khoản của bạn không quản trị được" in said and "do người quản trị của cấp trên làm" in said
    for page in ("/", "/personal-data/"):
        assert f'href="{address}"' not in client.get(page).content.decode()


def test_everybody_may_read_what_is_kept_and_why(country: OrgUnit, client: Client) -> None:
    PersonalQuestion.objects.create(
        form_code="so_ho", question="ho_ten_chu_ho", purpose_vi="Mời họp thôn.", keep_months=24, pack="thử"
    )
    PersonalQuestion.objects.create(
        form_code="awards", question="recipient", purpose_vi="In giấy khen.", keep_months=24, pack="thử"
    )
    client.force_login(user("ai đó"))

    page = client.get("/personal-data/").content.decode()

    assert "Số điện thoại" in page and "Mời họp thôn." in page and "24" in page
    assert "Tên người nhận" in page and "recipient" not in page
    assert "/personal-data/breaches/" not in page
