"""Saved views and dashboards on their pages: opened as whoever opens them, fresh, and without a mouse."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.audit.models import AuditLine
from caunoi.boards.models import Dashboard, SavedView, Tile
from caunoi.desk.tests.builders import signed_in, user
from caunoi.desk.tests.test_charts import province_with_communes
from caunoi.facts.tests.builders import World
from caunoi.moments import today

pytestmark = pytest.mark.django_db
QUERY = "codes=so&place=u1&first=01/01/2024&last=31/12/2024&level=commune"


@pytest.fixture
def world() -> World:
    made = World(province_with_communes())
    made.element("so", levels="commune", unit="buổi")
    made.state("so", 2, date(2024, 1, 10), 1234)
    made.state("so", 3, date(2024, 5, 10), 7)
    return made


@pytest.fixture
def maker(world: World) -> User:
    return user("tinh", [(Role.VIEWER, 1)], "Trần Văn Tỉnh")


@pytest.fixture
def officer(maker: User) -> Client:
    return signed_in(maker)


def save(client: Client, **other: str) -> SavedView:
    typed = {"name": "Họp dân", "page": "figures", "query": QUERY, "shared_with": "", "shared_role": "", "period": ""}
    answer = client.post("/views/save/", typed | other)
    assert answer.status_code == 302, answer.content.decode()
    return SavedView.objects.latest("pk")


def board(client: Client, view: SavedView | None, show: str = "number", shared_with: str = "", **other: str) -> Tile:
    client.post("/dashboards/", {"name": "Sáng thứ Hai", "shared_with": shared_with})
    found = Dashboard.objects.latest("pk")
    typed = {"view": str(view.pk) if view else "", "show": show, "size": "half", **other}
    assert client.post(f"/dashboards/{found.pk}/tiles/", typed).status_code == 302
    return found.tiles.get()


def part(client: Client, tile: Tile) -> str:
    answer = client.get(f"/dashboards/{tile.dashboard_id}/tiles/{tile.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


# -- saved views ------------------------------------------------------------------------------------------------------


def test_the_question_of_the_page_is_kept_and_opened_again(officer: Client) -> None:
    page = officer.get(f"/figures/?{QUERY}&page=1").content.decode()
    assert 'id="save-view"' in page and "page=1" not in page.split('id="save-view"')[1].split("</details>")[0]

    view = save(officer)
    opened = officer.get(f"/views/{view.pk}/", follow=True)

    assert "1.234" in opened.content.decode()
    assert "Họp dân" in officer.get("/views/").content.decode()


def test_a_relative_period_is_filled_in_on_the_day_of_opening(officer: Client) -> None:
    view = save(officer, period="year-so-far")

    given = parse_qs(urlsplit(officer.get(f"/views/{view.pk}/")["Location"]).query)

    assert given["first"] == [f"01/01/{today().year}"] and given["last"] == [f"{today():%d/%m/%Y}"]


def test_by_the_openers_unit_each_gets_their_own(officer: Client) -> None:
    view = save(officer, own_place="on", shared_with="1")
    commune = signed_in(user("xa", [(Role.VIEWER, 3)]))

    assert "place=u3" in commune.get(f"/views/{view.pk}/")["Location"]
    assert "place=u1" in officer.get(f"/views/{view.pk}/")["Location"]


def test_a_shared_view_never_lends_the_makers_rights(officer: Client) -> None:
    view = save(officer, shared_with="1")
    commune = signed_in(user("xa", [(Role.VIEWER, 3)]))

    opened = commune.get(f"/views/{view.pk}/", follow=True).content.decode()

    assert "phạm vi của bạn" in opened and "1.234" not in opened


def test_a_view_not_shared_is_as_if_it_were_not_there(officer: Client) -> None:
    view = save(officer)
    commune = signed_in(user("xa", [(Role.VIEWER, 3)]))

    assert commune.get(f"/views/{view.pk}/").status_code == 404
    assert commune.post(f"/views/{view.pk}/delete/").status_code == 404
    assert "Họp dân" not in commune.get("/views/").content.decode()


def test_deleting_is_undone_by_one_press(officer: Client) -> None:
    view = save(officer)

    page = officer.post(f"/views/{view.pk}/delete/", follow=True).content.decode()
    assert "Hoàn tác" in page and f"/views/{view.pk}/change/" not in page

    assert "Họp dân" in officer.post(f"/views/{view.pk}/restore/", follow=True).content.decode()


def test_renaming_and_sharing_are_the_makers_alone(officer: Client) -> None:
    view = save(officer, shared_with="1")
    commune = signed_in(user("xa", [(Role.VIEWER, 3)]))
    changed = {"name": "Tên mới", "period": "last-year", "shared_with": "1", "shared_role": "viewer"}

    assert commune.post(f"/views/{view.pk}/change/", changed).status_code == 403
    assert officer.post(f"/views/{view.pk}/change/", changed).status_code == 302

    view.refresh_from_db()
    assert (view.name, view.period, view.shared_role) == ("Tên mới", "last-year", "viewer")


def test_without_a_name_nothing_is_kept_and_what_was_chosen_stays(officer: Client) -> None:
    answer = officer.post("/views/save/", {"name": " ", "page": "figures", "query": QUERY, "period": "last-year"})

    assert answer.status_code == 400 and not SavedView.objects.exists()
    assert "last-year" in answer.content.decode() and "codes=so" in answer.content.decode()


# -- dashboards -------------------------------------------------------------------------------------------------------


def test_the_page_comes_without_asking_and_each_part_asks_by_itself(officer: Client) -> None:
    tile = board(officer, save(officer))

    page = officer.get(f"/dashboards/{tile.dashboard_id}/").content.decode()

    assert f'hx-get="/dashboards/{tile.dashboard_id}/tiles/{tile.pk}/"' in page and "1.241" not in page
    assert "1.241" in part(officer, tile) and "/figures/" in part(officer, tile)


@pytest.mark.parametrize(("show", "said"), [("chart", "/figures/chart.svg?"), ("table", "1.234")])
def test_a_part_shows_a_chart_or_the_first_rows(officer: Client, show: str, said: str) -> None:
    tile = board(officer, save(officer), show)

    found = part(officer, tile)
    assert said in found
    if show == "chart":
        picture = found.split('<img src="')[1].split('"')[0].replace("&amp;", "&")
        assert officer.get(picture).content.startswith(b"<svg")


def test_a_reader_of_a_shared_dashboard_sees_what_they_themselves_may(officer: Client) -> None:
    tile = board(officer, save(officer), shared_with="1")
    commune = signed_in(user("xa", [(Role.VIEWER, 3)]))

    found = part(commune, tile)

    assert "Không có số liệu này trong phạm vi của bạn" in found and "1.241" not in found
    assert commune.get(f"/dashboards/{tile.dashboard_id}/change/").status_code == 403


def test_a_dashboard_not_shared_is_as_if_it_were_not_there(officer: Client) -> None:
    tile = board(officer, save(officer))
    commune = signed_in(user("xa", [(Role.VIEWER, 3)]))

    for address in ("", "change/", f"tiles/{tile.pk}/"):
        assert commune.get(f"/dashboards/{tile.dashboard_id}/{address}").status_code == 404


def test_for_print_all_parts_stand_in_the_page(officer: Client) -> None:
    tile = board(officer, save(officer))

    page = officer.get(f"/dashboards/{tile.dashboard_id}/?whole=1").content.decode()

    assert "1.241" in page and "hx-get" not in page


def test_parts_are_ordered_changed_and_taken_out_by_buttons(officer: Client) -> None:
    tile = board(officer, save(officer))
    address = f"/dashboards/{tile.dashboard_id}/tiles/"
    officer.post(address, {"view": "", "title": "Nhớ", "note": "Họp giao ban lúc 8 giờ"})
    note = Tile.objects.latest("pk")

    officer.post(f"{address}{note.pk}/change/", {"do": "up"})
    assert list(Tile.objects.values_list("pk", flat=True)) == [note.pk, tile.pk]

    officer.post(f"{address}{tile.pk}/change/", {"show": "table", "size": "whole", "title": "Các xã", "note": ""})
    tile.refresh_from_db()
    assert (tile.show, tile.size, tile.title) == ("table", "whole", "Các xã")

    officer.post(f"{address}{note.pk}/change/", {"do": "remove"})
    assert list(Tile.objects.values_list("pk", flat=True)) == [tile.pk]


def test_a_deleted_dashboard_comes_back_by_one_press_and_the_audit_tells_both(officer: Client) -> None:
    tile = board(officer, None, title="Nhớ", note="Họp giao ban")
    address = f"/dashboards/{tile.dashboard_id}/"

    listed = officer.post(f"{address}delete/", follow=True).content.decode()
    assert f"{address}restore/" in listed and officer.get(address).status_code == 200
    officer.post(f"{address}restore/")

    assert Dashboard.objects.get().deleted_at is None
    told = AuditLine.objects.filter(subject=f"dashboard:{tile.dashboard_id}").order_by("number")
    assert list(told.values_list("action", flat=True))[-2:] == ["dashboard.delete", "dashboard.restore"]


def test_a_part_whose_view_was_deleted_says_so(officer: Client) -> None:
    view = save(officer)
    tile = board(officer, view)

    officer.post(f"/views/{view.pk}/delete/")

    assert "đã bị xóa" in part(officer, tile)


def test_a_part_without_view_or_words_is_refused_in_the_form(officer: Client) -> None:
    tile = board(officer, save(officer))

    answer = officer.post(f"/dashboards/{tile.dashboard_id}/tiles/", {"view": "", "title": "", "note": ""})

    assert answer.status_code == 400 and "chọn một bảng xem" in answer.content.decode()


def test_coverage_is_a_part_too(officer: Client) -> None:
    tile = board(officer, save(officer, page="coverage", query="place=u1"))

    assert "Không có báo cáo định kỳ nào đến hạn" in part(officer, tile)


def test_a_dashboard_put_on_the_first_page_stands_there_until_it_is_taken_off_or_no_longer_shared(
    world: World, officer: Client
) -> None:
    tile = board(officer, save(officer, shared_with="1"), shared_with="1")
    commune = signed_in(user("xa", [(Role.VIEWER, 2)]))
    address = f"/dashboards/{tile.dashboard_id}/first-page/"
    assert "Sáng thứ Hai" not in commune.get("/").content.decode()

    assert commune.post(address)["Location"] == "/"
    assert f"/dashboards/{tile.dashboard_id}/tiles/{tile.pk}/" in commune.get("/").content.decode()
    assert "Sáng thứ Hai" not in officer.get("/").content.decode(), "a choice is one person's own"

    officer.post(f"/dashboards/{tile.dashboard_id}/change/", {"name": "Sáng thứ Hai", "shared_with": ""})
    assert "Sáng thứ Hai" not in commune.get("/").content.decode()
    assert commune.post(address).status_code == 404
    officer.post(address)
    officer.post(address, {"take-off": ""})
    assert "Sáng thứ Hai" not in officer.get("/").content.decode()
