"""Notices in the app, and one letter a day through a real mail server on this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from caunoi import moments
from caunoi.accounts.inviting import invite, send_invitation
from caunoi.accounts.models import Role, User
from caunoi.assessments.actions import close_round, return_rating
from caunoi.assessments.actions.rounds import fingerprint_of
from caunoi.assessments.tests import builders as ratings
from caunoi.audit.models import AuditLine
from caunoi.awards.tests import builders as awards
from caunoi.desk.notices.actions import silence
from caunoi.desk.notices.bounces import note_bounce
from caunoi.desk.notices.letters import make_token, send_letters
from caunoi.desk.notices.models import Kind, Mailing, MailOutage, Notice
from caunoi.desk.notices.rules import is_for_good
from caunoi.desk.notices.soon import list_soon
from caunoi.desk.tests.builders import (
    commune_officer,
    monthly_xml,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.desk.tests.postman import Postman, listening, text_of
from caunoi.documents.actions import register_document
from caunoi.documents.models import DocumentKind
from caunoi.documents.rules.drafts import DeadlineDraft, DocumentDraft
from caunoi.documents.rules.questions import EVERY_QUESTION
from caunoi.meetings.actions import change_meeting, take_step
from caunoi.meetings.tests import builders as meetings
from caunoi.moments import local_moment
from caunoi.records.actions import approve, receive, return_
from caunoi.records.incoming import Incoming
from caunoi.records.queries import list_due

pytestmark = pytest.mark.django_db
SENT = local_moment(date(2026, 9, 2))
MORNING = local_moment(date(2026, 9, 3), 8)


@pytest.fixture
def postman(settings: Any) -> Iterator[Postman]:
    taken = Postman()
    with listening(taken) as port:
        settings.CAUNOI_EMAIL_URL = f"smtp://127.0.0.1:{port}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        yield taken


@pytest.fixture
def head() -> User:
    store_world()
    publish_monthly()
    made = village_head()
    made.email = "thon@xa.example"
    made.save()
    return made


def send(head: User, at: datetime = SENT) -> int:
    incoming = Incoming("bao_cao_thang", 3, at, xml=monthly_xml().encode(), entered_by=head)
    return receive(incoming, by=head.actor, at=at).submission_id


def send_back(head: User) -> int:
    sent = send(head)
    return_(sent, by=commune_officer(), at=SENT, comment="Thiếu số cuộc họp.")
    return sent


def test_who_sent_a_report_hears_that_it_came_back_and_why(head: User) -> None:
    sent = send_back(head)
    client = signed_in(head)

    page = client.get("/notices/").content.decode()

    assert "Bị trả lại" in page and "Thiếu số cuộc họp." in page and f"/submissions/{sent}/" in page
    assert "Bạn đã gửi bản ghi này" in page
    assert 'class="unread">1' in client.get("/").content.decode()


def test_what_was_read_is_no_longer_counted(head: User) -> None:
    send_back(head)
    client = signed_in(head)

    client.post("/notices/read/")

    assert 'class="unread"' not in client.get("/").content.decode()
    assert "Bị trả lại" in client.get("/notices/").content.decode()


def test_who_sent_a_report_hears_that_it_was_approved_and_nobody_else(head: User) -> None:
    officer = commune_officer()
    approve(send(head), by=officer, at=SENT)

    assert "Đã được duyệt" in signed_in(head).get("/notices/").content.decode()
    assert not Notice.objects.exclude(user=head).exists()


def test_one_letter_a_day_says_what_is_new_and_why(head: User, postman: Postman) -> None:
    sent = send_back(head)

    assert send_letters(MORNING) == 1
    assert send_letters(MORNING + timedelta(hours=1)) == 0
    assert send_letters(MORNING + timedelta(days=1)) == 0, "nothing new"

    letter = postman.letters[0]
    assert letter["To"] == "thon@xa.example" and "List-Unsubscribe" in letter
    assert "Thiếu số cuộc họp." in text_of(letter) and "Bạn đã gửi bản ghi này" in text_of(letter)
    assert f"{settings.CAUNOI_BASE_URL}/submissions/{sent}/" in [line.strip() for line in text_of(letter).splitlines()]


def test_an_officer_s_letter_says_what_waits(head: User, postman: Postman) -> None:
    send(head)
    officer = commune_officer()
    officer.email = "xa@xa.example"
    officer.save()

    send_letters(MORNING)

    assert "Chờ duyệt: 1" in next(text_of(one) for one in postman.letters if one["To"] == "xa@xa.example")


def test_nobody_is_written_to_at_night(head: User, postman: Postman) -> None:
    send_back(head)

    assert send_letters(local_moment(date(2026, 9, 3), 3)) == 0


def test_a_link_in_the_letter_turns_its_kind_off_without_signing_in(head: User, postman: Postman) -> None:
    send_back(head)
    send_letters(MORNING)
    address = re.search(r"Bản ghi bị trả lại: http://[^/]+(/notices/off/\S+)", text_of(postman.letters[0]))
    assert address is not None
    stranger = Client(enforce_csrf_checks=True)

    assert "Không gửi thư loại này nữa" in stranger.get(address[1]).content.decode()
    assert head.silences.count() == 0, "looking at the link turns nothing off"
    assert "Đã tắt" in stranger.post(address[1]).content.decode()

    assert [one.kind for one in head.silences.all()] == [Kind.RETURNED]
    line = AuditLine.objects.get(action="notice.choose")
    assert (line.actor_id, line.subject) == (head.pk, f"user:{head.pk}")
    old, new = line.detail["changes"]["letters"]
    assert set(old) - set(new) == {Kind.RETURNED}
    Notice.objects.update(mailed_at=None)
    assert send_letters(MORNING + timedelta(days=1)) == 0


def test_a_forged_link_turns_nothing_off(head: User) -> None:
    token = make_token(head.pk, Kind.RETURNED)

    assert Client().post(f"/notices/off/{token[:-2]}xx/").status_code == 404
    assert head.silences.count() == 0


def test_kinds_are_chosen_on_the_page(head: User, postman: Postman) -> None:
    client = signed_in(head)

    for _ in range(2):
        client.post("/notices/choose/", {"kinds": ["work", "kind-that-is-none"]})

    assert {one.kind for one in head.silences.all()} == set(Kind) - {Kind.WORK}
    assert AuditLine.objects.filter(action="notice.choose").count() == 1, "the same choice again changes nothing"
    assert "thon@xa.example" in client.get("/notices/").content.decode()


def test_an_address_that_bounces_is_noted_said_and_not_tried_again(head: User, postman: Postman) -> None:
    send_back(head)
    postman.refusing = "550 5.1.1 no such user here"

    assert send_letters(MORNING) == 0
    postman.refusing = ""
    assert send_letters(MORNING + timedelta(days=1)) == 0

    assert "no such user here" in signed_in(head).get("/notices/").content.decode()
    assert Mailing.objects.get(user=head).refused_address == head.email
    administrator = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, 1)]))
    assert "thư bị trả về" in administrator.get("/users/?q=thon").content.decode()
    near, far = signed_in(user("gan", [(Role.ADMINISTRATOR, 2)])), signed_in(user("xa-kia", [(Role.ADMINISTRATOR, 5)]))
    told = "Thư không tới được 1 người"
    assert told in administrator.get("/").content.decode() and told in near.get("/").content.decode()
    assert told not in far.get("/").content.decode() and told not in signed_in(head).get("/").content.decode()
    head.email = "dung@xa.example"
    head.save()
    assert "thư bị trả về" not in administrator.get("/users/?q=thon").content.decode()
    assert send_letters(MORNING + timedelta(days=1)) == 0 or postman.letters
    assert send_letters(MORNING + timedelta(days=2)) + len(postman.letters) >= 1


def test_a_full_mailbox_or_a_server_that_is_down_is_tried_again(head: User, postman: Postman, settings: Any) -> None:
    send_back(head)
    postman.refusing = "452 4.2.2 mailbox full"
    assert send_letters(MORNING) == 0
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert send_letters(MORNING) == 0

    postman.refusing, settings.EMAIL_PORT = "", port
    assert send_letters(MORNING + timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("code", "said", "after_data", "for_good"),
    [
        (550, "no such user", False, True),
        (550, "5.1.1 no such user", False, True),
        (553, "mailbox name not allowed", False, True),
        (452, "4.2.2 mailbox full", False, False),
        (550, "5.2.2 mailbox full", False, False),
        (550, "5.7.1 relaying denied", False, False),
        (554, "5.7.1 blocked: bad reputation", False, False),
        (550, "5.1.1 no such user", True, True),
        (554, "5.2.1 mailbox disabled", True, True),
        (554, "transaction failed", True, False),
        (550, "message looks like spam", True, False),
        (552, "5.3.4 message too big", True, False),
    ],
)
def test_only_what_is_said_about_the_address_itself_is_for_good(
    code: int, said: str, after_data: bool, for_good: bool
) -> None:
    assert is_for_good(code, said, after_data=after_data) is for_good


def with_an_officer_who_has_work(head: User) -> User:
    """Two letters to write: to the head, whose address comes first, and to the officer."""
    send_back(head)
    officer = User.objects.get(username="xa")
    officer.email = "xa@xa.example"
    officer.save()
    return officer


@pytest.mark.parametrize(("said", "noted"), [("550 5.1.1 no such user", True), ("554 5.6.0 not today", False)])
def test_an_address_refused_after_its_letter_was_read_holds_up_nobody_else(
    head: User, postman: Postman, said: str, noted: bool
) -> None:
    with_an_officer_who_has_work(head)
    postman.refusing_letters[head.email] = said

    assert send_letters(MORNING) == 1

    assert [one["To"] for one in postman.letters] == ["xa@xa.example"]
    assert Mailing.objects.filter(user=head, refused_address=head.email).exists() is noted


def test_a_server_that_takes_letters_from_nobody_marks_no_address(head: User, postman: Postman) -> None:
    with_an_officer_who_has_work(head)
    postman.refusing = "550 5.7.1 relaying denied, sign in first"
    assert send_letters(MORNING) == 0

    postman.refusing = ""

    assert send_letters(MORNING + timedelta(hours=1)) == 2


def test_who_says_that_the_address_is_right_is_written_to_again(head: User, postman: Postman) -> None:
    send_back(head)
    postman.refusing = "550 no such user here"
    send_letters(MORNING)
    postman.refusing = ""
    client = signed_in(head)

    said = client.post("/notices/try/", follow=True).content.decode()

    assert "lại được gửi" in said and "no such user here" not in said
    line = AuditLine.objects.get(action="notice.retry")
    assert line.actor_id == head.pk and head.email not in str(line.detail)
    assert send_letters(MORNING + timedelta(hours=1)) == 1


def test_an_administrator_enters_another_address_and_letters_go_there(head: User, postman: Postman) -> None:
    send_back(head)
    postman.refusing = "550 no such user here"
    send_letters(MORNING)
    postman.refusing = ""
    administrator = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, 1)]))
    about = {"what": "about", "full_name": head.full_name, "language": "vi", "is_active": "on"}
    assert 'id="mail-refused"' in administrator.get(f"/users/{head.pk}/").content.decode()

    wrong = administrator.post(f"/users/{head.pk}/", {**about, "email": "dung tai xa"})
    administrator.post(f"/users/{head.pk}/", {**about, "email": "Dung@xa.example"})

    assert wrong.status_code == 422 and "dung tai xa" in wrong.content.decode()
    assert 'id="mail-refused"' not in administrator.get(f"/users/{head.pk}/").content.decode()
    assert send_letters(MORNING + timedelta(days=1)) == 1
    assert postman.letters[0]["To"] == "dung@xa.example"
    assert "dung@xa.example" not in str(list(AuditLine.objects.values_list("detail", flat=True)))


# -- a mail server that takes nothing ---------------------------------------------------------------------------------


def test_a_server_that_cannot_be_reached_is_told_to_administrators_until_letters_go_out_again(
    head: User, postman: Postman, settings: Any
) -> None:
    send_back(head)
    administrator = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, 1)]))
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1

    assert send_letters(MORNING) == 0
    assert send_letters(MORNING + timedelta(hours=1)) == 0

    said = "Từ 08:00 03/09/2026 không thư nào gửi đi được. Không nối được tới máy chủ thư: bên kia không nhận kết nối."
    assert said in administrator.get("/").content.decode()
    page = administrator.get("/notices/").content.decode()
    assert 'id="mail-outage"' in page and "lần thử gần nhất lúc 09:00 03/09/2026" in page
    assert "không thư nào gửi đi được" not in signed_in(head).get("/").content.decode(), "who cannot mend it"
    settings.EMAIL_PORT = port
    assert send_letters(MORNING + timedelta(hours=2)) == 1, "nothing is lost"
    assert "không thư nào gửi đi được" not in administrator.get("/").content.decode()
    assert MailOutage.objects.get().over_at == MORNING + timedelta(hours=2)


def test_an_administrator_asks_the_server_again(head: User, postman: Postman, settings: Any) -> None:
    send_back(head)
    administrator = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, 1)]))
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    send_letters(MORNING)

    still = administrator.post("/notices/server/", follow=True).content.decode()
    settings.EMAIL_PORT = port
    again = administrator.post("/notices/server/", follow=True).content.decode()

    assert 'id="mail-outage"' in still
    assert 'id="mail-outage"' not in again and "Máy chủ thư đã trả lời" in again
    assert signed_in(head).post("/notices/server/").status_code == 404


def test_an_outage_with_nothing_left_to_send_ends_when_the_server_answers(
    head: User, postman: Postman, settings: Any
) -> None:
    send_back(head)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    send_letters(MORNING)
    Notice.objects.update(read_at=MORNING)
    assert send_letters(MORNING + timedelta(hours=1)) == 0 and MailOutage.objects.filter(over_at=None).exists()

    settings.EMAIL_PORT = port

    assert send_letters(MORNING + timedelta(hours=2)) == 0
    assert not MailOutage.objects.filter(over_at=None).exists()


def test_a_server_that_refuses_everybody_for_its_own_rules_is_an_outage(head: User, postman: Postman) -> None:
    with_an_officer_who_has_work(head)
    postman.refusing = "550 5.7.1 relaying denied, sign in first"

    send_letters(MORNING)

    assert "relaying denied" in MailOutage.objects.get(over_at=None).problem


# -- letters that come back later -------------------------------------------------------------------------------------


def returned(letter: Any, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """As Postfix writes it (RFC 3464)."""
    return (
        "From: MAILER-DAEMON@thu.example\nTo: caunoi@localhost\nSubject: Undelivered Mail Returned to Sender\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        "--B\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n"
        "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; thu.example\n\n"
        f"Final-Recipient: rfc822; {letter['To']}\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such\n user here\n\n"
        f"--B\nContent-Type: text/rfc822-headers\n\nMessage-ID: {letter['Message-ID']}\nTo: {letter['To']}\n\n--B--\n"
    ).encode()


def test_a_letter_that_comes_back_marks_its_address_and_a_new_address_is_written_to(
    head: User, postman: Postman
) -> None:
    send_back(head)
    send_letters(MORNING)

    said = note_bounce(returned(postman.letters[0]), MORNING)

    assert "không gửi tới địa chỉ ấy nữa" in said
    assert "550 5.1.1 no such user here" in signed_in(head).get("/notices/").content.decode()
    head.email = "dung@xa.example"
    head.save()
    assert "không có gì được ghi" in note_bounce(returned(postman.letters[0]), MORNING), "it went to the old one"


@pytest.mark.parametrize(
    "change",
    [
        lambda letter, _whole: returned(letter, status="5.2.2"),
        lambda letter, _whole: returned(letter, status="4.4.1", action="delayed"),
        lambda letter, whole: whole.replace(letter["Message-ID"].encode(), b"<user.1.forged@localhost>"),
        lambda letter, whole: whole.replace(b"user.", b"user.9"),
        lambda letter, whole: whole.replace(b"multipart/report", b"multipart/mixed"),
        lambda _letter, whole: whole[: len(whole) // 2],
        lambda _letter, _whole: b"\xff\x00 no letter at all",
        lambda _letter, _whole: b"",
    ],
)
def test_what_only_looks_like_a_letter_that_came_back_marks_nothing(
    head: User, postman: Postman, change: Callable[[Any, bytes], bytes]
) -> None:
    send_back(head)
    send_letters(MORNING)
    letter = postman.letters[0]

    note_bounce(change(letter, returned(letter)), MORNING)

    assert not Mailing.objects.exclude(refused_address="").exists()


def test_an_invitation_that_comes_back_is_shown_to_who_invited(head: User, postman: Postman) -> None:
    administrator = user("quan-tri", [(Role.ADMINISTRATOR, 1)])
    invited, code = invite(
        full_name="Sùng A Páo", email="pao@xa.example", role=Role.RECORDER, org_unit_id=3, from_day=date(2026, 9, 1),
        to_day=None, by=administrator, at=moments.now(),
    )  # fmt: skip
    send_invitation(invitation=invited, code=code, by=administrator.actor, at=moments.now())

    note_bounce(returned(postman.letters[-1]), moments.now())

    page = signed_in(administrator).get("/users/invitations/").content.decode()
    assert "Thư bị trả về: 550 5.1.1 no such user here" in page


def test_what_is_due_soon_is_told_on_the_page_and_a_few_times_by_letter(head: User, postman: Postman) -> None:
    due_on = list_due({3}, date(2026, 9, 1))[0].due_on
    three_days_before = due_on - timedelta(days=3)

    assert [one.days_left for one in list_soon(head, three_days_before)] == [3]
    assert send_letters(local_moment(three_days_before, 8)) == 1
    assert "còn 3 ngày, hạn" in text_of(postman.letters[0])
    assert "Bạn ghi số liệu cho đơn vị này" in text_of(postman.letters[0])
    assert send_letters(local_moment(due_on - timedelta(days=2), 8)) == 0, "told three days before and on the last"
    assert list_soon(head, due_on + timedelta(days=1)) == []
    assert list_soon(commune_officer(), three_days_before) == [], "reports of villages are not the commune's own"


def test_who_turned_it_off_is_not_written_to_of_what_is_due(head: User, postman: Postman) -> None:
    due_on = list_due({3}, date(2026, 9, 1))[0].due_on
    silence(user_id=head.pk, kinds=[Kind.DUE], at=SENT)

    assert send_letters(local_moment(due_on, 8)) == 0


def test_what_a_document_asks_is_told_before_its_day(head: User) -> None:
    DocumentKind.objects.create(code="cong_van", name_vi="Công văn", name_en="Letter", pack="thu")
    asked = DocumentDraft(
        direction="outgoing", reference="7/CV-UBND", title="Họp thôn", issued_on=date(2026, 7, 1), kind="cong_van",
        addressed_to=(3,), deadlines=(DeadlineDraft("Họp thôn cuối năm", date(2026, 12, 10)),),
    )  # fmt: skip
    register_document(org_unit_id=2, draft=asked, by=head.actor, at=SENT, confirmed=EVERY_QUESTION)

    def told(day: date) -> list[tuple[str, int]]:
        return [(one.title, one.days_left) for one in list_soon(head, day) if "7/CV" in one.title]

    assert told(date(2026, 12, 5)) == [("7/CV-UBND: Họp thôn cuối năm", 5)]
    assert told(date(2026, 12, 1)) == [] == told(date(2026, 12, 11))


def test_without_a_mail_server_nothing_is_sent_and_the_page_says_so(head: User) -> None:
    send_back(head)

    assert send_letters(MORNING) == 0
    assert "chưa được đặt để gửi thư" in signed_in(head).get("/notices/").content.decode()


# -- ratings and commendations ----------------------------------------------------------------------------------------


def test_a_rating_that_came_back_is_told_with_its_reason_to_who_sent_it() -> None:
    world = ratings.store_world()
    world.state("so_hop", 3, date(2024, 1, 5), 6)
    ratings.store_sheet()
    officer, sender, other = ratings.province_officer(), ratings.village_head(), ratings.village_head(3, "thon-2")
    rating = ratings.sent(ratings.opened(officer), 3, sender, 30)

    return_rating(rating_id=rating.pk, reason="Thiếu biên bản", by=officer, at=MORNING)

    page = signed_in(sender).get("/notices/").content.decode()
    assert "Bảng chấm bị trả lại: Chấm điểm thôn, tháng 01/2024, Thôn 1, Xã Bản Qua" in page
    assert "Thiếu biên bản" in page and f"/ratings/{rating.round_id}/u3/" in page
    assert not Notice.objects.filter(user=other).exists()


def test_closed_ratings_are_told_to_who_records_for_the_units_once_each() -> None:
    world = ratings.store_world()
    for unit in (3, 4, 6):
        world.state("so_hop", unit, date(2024, 1, 5), 6)
    ratings.store_sheet(caps=())
    officer, head = ratings.province_officer(), ratings.village_head()
    several = user("hai-thon", [(Role.RECORDER, 4), (Role.EDITOR, 4), (Role.RECORDER, 6)])
    round_ = ratings.opened(officer)
    for unit in (3, 4, 6):
        ratings.reviewed(round_, unit, officer, 40)

    seen = fingerprint_of(list(round_.ratings.all()))
    close_round(round_id=round_.pk, seen=seen, exception_reason="", by=officer, at=MORNING)

    assert "Đã chốt xếp loại: Chấm điểm thôn" in signed_in(head).get("/notices/").content.decode()
    assert "Đã chốt xếp loại 2 đơn vị của bạn" in signed_in(several).get("/notices/").content.decode()
    assert Notice.objects.filter(kind=Kind.RATING).count() == 2


def test_a_decided_commendation_is_told_to_the_units_it_goes_to_without_a_persons_name() -> None:
    store_world()
    awards.store_awards()
    officer, head = user("tinh", [(Role.APPROVER, 1)]), village_head()
    found = awards.dossier(1, officer)
    awards.add(found, officer, awards.person(3, "Giàng Thị Sua"), awards.person(3, "Lò Văn Én"))

    awards.decide(found, officer)

    page = signed_in(head).get("/notices/").content.decode()
    assert "Giấy khen đã được quyết định (số 125/QĐ-UBND): Hiến đất làm đường" in page
    assert "Sua" not in page and Notice.objects.filter(user=head).count() == 1
    assert "125/QĐ-UBND" in signed_in(head).get("/awards/?q=125").content.decode()
    assert not Notice.objects.filter(user=officer).exists()


@pytest.fixture
def called() -> tuple[meetings.Places, User]:
    """A commune's officer, and one who works for another commune that a meeting is to call."""
    places = meetings.make_world()
    return places, user("can-bo-kia", [(Role.EDITOR, places.other.pk)])


def notices_of(reader: User) -> str:
    return unescape(signed_in(reader).get("/notices/").content.decode())


def test_who_is_called_to_a_meeting_hears_at_once_however_far_ahead_it_is(called: tuple[meetings.Places, User]) -> None:
    places, other = called
    meeting = meetings.plan(places, invited=(places.other.pk,))

    page = notices_of(other)

    assert "Mời họp: Hội nghị chuyên đề hiến đất làm đường, 08:00, 10/03/2026, Hội trường UBND xã" in page
    assert f"/meetings/{meeting.pk}/" in page
    assert not Notice.objects.exclude(user=other).exists()


def test_a_meeting_that_moves_is_told_at_its_new_hour_and_once(called: tuple[meetings.Places, User]) -> None:
    places, other = called
    meeting = meetings.plan(places, invited=(places.other.pk,))
    far = local_moment(date(2026, 4, 20), 14)
    moved = meetings.draft(invited=(places.other.pk,), starts_at=far, ends_at=far + timedelta(hours=2))

    change_meeting(meeting.pk, seen_number=1, draft=moved, by=places.officer, at=meetings.PLANNED_AT)

    assert [one.kind for one in Notice.objects.filter(user=other, read_at=None)] == [Kind.MEETING_CHANGED]
    assert "Cuộc họp có thay đổi, nay là: Hội nghị chuyên đề hiến đất làm đường, 14:00, 20/04/2026" in notices_of(other)


def test_a_change_that_moves_nothing_tells_only_who_is_newly_or_no_longer_called(
    called: tuple[meetings.Places, User],
) -> None:
    places, other = called
    meeting = meetings.plan(places, invited=(places.other.pk,))
    change_meeting(
        meeting.pk, seen_number=1, draft=meetings.draft(invited=(places.other.pk,), title="Hội nghị sơ kết"),
        by=places.officer, at=meetings.PLANNED_AT,
    )  # fmt: skip
    assert Notice.objects.count() == 1

    change_meeting(
        meeting.pk, seen_number=2, draft=meetings.draft(online=(places.village.pk,)), by=places.officer,
        at=meetings.PLANNED_AT,
    )  # fmt: skip

    assert [one.kind for one in Notice.objects.filter(user=other, read_at=None)] == [Kind.MEETING_LEFT]
    change_meeting(
        meeting.pk, seen_number=3, draft=meetings.draft(online=(places.village.pk,), title="Họp kín"),
        by=places.officer, at=meetings.PLANNED_AT,
    )  # fmt: skip
    page = notices_of(other)
    assert "Thôi được mời họp" in page and "Hội nghị sơ kết" in page and "Họp kín" not in page


def test_nobody_leaves_a_meeting_to_which_another_unit_of_theirs_is_still_called(
    called: tuple[meetings.Places, User],
) -> None:
    places, _other = called
    both = user("hai-noi", [(Role.EDITOR, places.other.pk), (Role.EDITOR, places.village.pk)])
    meeting = meetings.plan(places, invited=(places.other.pk, places.village.pk))

    change_meeting(
        meeting.pk, seen_number=1, draft=meetings.draft(invited=(places.village.pk,)), by=places.officer,
        at=meetings.PLANNED_AT,
    )  # fmt: skip

    assert [one.kind for one in Notice.objects.filter(user=both)] == [Kind.MEETING_CALLED]


def test_a_cancelled_meeting_is_told_with_its_reason_and_one_that_is_over_is_not(
    called: tuple[meetings.Places, User],
) -> None:
    places, other = called
    meeting = meetings.plan(places, invited=(places.other.pk,))

    take_step(meeting.pk, "cancel", because="Có bão", by=places.officer, at=meetings.PLANNED_AT)

    page = notices_of(other)
    assert "Cuộc họp đã hủy: Hội nghị chuyên đề hiến đất làm đường" in page and "Có bão" in page
    take_step(meeting.pk, "restore", by=places.officer, at=meetings.AFTER)
    assert Notice.objects.filter(user=other).count() == 2


def test_what_was_cancelled_and_is_held_after_all_is_told_without_the_old_reason(
    called: tuple[meetings.Places, User],
) -> None:
    places, other = called
    meeting = meetings.plan(places, invited=(places.other.pk,))
    take_step(meeting.pk, "cancel", because="Có bão", by=places.officer, at=meetings.PLANNED_AT)

    take_step(meeting.pk, "restore", by=places.officer, at=meetings.PLANNED_AT)

    page = notices_of(other)
    assert "Cuộc họp có thay đổi, nay là: Hội nghị chuyên đề hiến đất làm đường" in page and "Có bão" not in page
