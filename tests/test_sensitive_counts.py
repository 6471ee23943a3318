"""Every way out of the figures, walked with a sensitive count: nobody without a role learns it anywhere but in released
tables, and officers do by their roles."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

import caunoi
from caunoi.accounts.models import Role
from caunoi.accounts.scope import EVERYTHING, NOTHING
from caunoi.audit.rules import Actor
from caunoi.cli.figures import figures
from caunoi.cli.release import release as release_command
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.errors import OnlyReleased
from caunoi.facts.explanation import explain
from caunoi.facts.models import DataElement, Disaggregation, Release
from caunoi.facts.questions import ask, make_question
from caunoi.facts.releasing import make_release, prepare_release
from caunoi.moments import now
from caunoi.refusals import Refusal
from caunoi.reports.tests.builders import DISTRICT, FIRST, LAST, PROVINCE, make, store_template, store_world
from caunoi.reports.verification import verify_docx

pytestmark = pytest.mark.django_db
SECRET = "73519"
"""A count found nowhere else in an answer, so that its digits betray it."""
DAYS = {"place": "Huyện Bát Xát", "first": "01/01/2023", "last": "31/12/2023"}


@pytest.fixture
def secret() -> str:
    """The ref of the sensitive figure. One of its tables is released."""
    world = store_world()
    for code in ("ho", "ho_ngheo"):
        world.element(code, "stock", unit="hộ")
    DataElement.objects.filter(code__in=("ho", "ho_ngheo")).update(sensitive=True)
    world.indicator("ty_le_ngheo", "percent(ho_ngheo, ho)")
    Disaggregation.objects.create(
        code="muc_song", title_vi="Hộ theo mức sống", title_en="By means", whole="ho", parts=["ho_ngheo"],
        rest_vi="Hộ khác", rest_en="Others", levels=["district", "commune"], period_type="year", threshold=5,
        pack="thu",
    )  # fmt: skip
    day = date(2023, 3, 1)
    for unit, whole, poor in ((5, 100_000, int(SECRET)), (7, 40, 3)):
        world.state("ho", unit, day, whole)
        world.state("ho_ngheo", unit, day, poor)
    world.state("ngay_cong", 5, day, 12)
    store_template(["{{ so('ngay_cong') }} {{ so('ho_ngheo') }} {{ ty_le('ty_le_ngheo') }}"], parameters={"title": {}})
    draft = prepare_release(place="u2", first=FIRST, last=LAST)
    make_release(draft, by=Actor("Cán bộ"), at=now())
    question = make_question(["ho_ngheo"], "Huyện Bát Xát", FIRST, LAST)
    return ask(question, EVERYTHING)[0].ref


# Whoever reads postings or asks the engine without `facts.questions`, and why that tells nobody what they may not know.
LEDGER_READERS = {
    "facts/questions.py": "asks `release.protect` before it reads",
    "facts/engine.py": "is what is asked; whoever opens it is named here",
    "facts/cells.py": "for `questions.Answer` alone, once that has asked",
    "facts/lines.py": "of an answer that `questions.Answer` has judged for the reader",
    "facts/ledger_columns.py": "for `ledger check`, which only the operator runs",
    "facts/explanation.py": "after `questions.Answer` was asked for the reader",
    "facts/changes.py": "filters by the reader's records; without a role there are none",
    "facts/checks.py": "of records that the reader may open",
    "facts/recast.py": "for administrators who prepare a succession",
    "facts/release_tables.py": "what is released, before it is protected",
    "facts/actions.py": "writes",
    "facts/checking.py": "writes: checks of what arrives",
    "facts/ledger.py": "compares, and names records to the operator",
    "facts/postings.py": "columns for the projection",
    "facts/segments.py": "columns for the projection",
    "cli/ledger.py": "the operator",
    "desk/feeds.py": "what a record says, for who may open the record",
    "packs/queries.py": "whether there is any",
    "places/undoing.py": "whether there is any",
}


def test_nothing_reads_the_ledger_beside_the_one_way_to_ask() -> None:
    root = Path(caunoi.__file__).parent
    reading = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "tests" not in path.parts
        and "migrations" not in path.parts
        and re.search(r"\bPosting\.objects|\b(Engine|open_engine)\(|facts\.cells import", path.read_text())
    }

    assert reading - LEDGER_READERS.keys() == set()


def resident() -> Client:
    return signed_in(user("nguoi-dan"))


def officer() -> Client:
    return signed_in(user("can-bo", [(Role.PROGRAMME_MANAGER, PROVINCE)]))


WAYS = [
    "/figures/?codes=ho_ngheo&place=Huyện Bát Xát&first=01/01/2023&last=31/12/2023",
    "/figures/?codes=ty_le_ngheo&place=Huyện Bát Xát&first=01/01/2023&last=31/12/2023&level=commune",
    "/figures/?codes=ho_ngheo&place=Huyện Bát Xát&first=01/01/2023&last=31/12/2023&by=month&format=csv",
    "/figures/?codes=ho_ngheo&place=Huyện Bát Xát&first=01/01/2023&last=31/12/2023&format=xlsx",
]


@pytest.mark.parametrize("address", WAYS)
def test_a_resident_is_refused_on_the_figures_page_with_the_released_table(secret: str, address: str) -> None:
    answer = resident().get(address)

    text = answer.content.decode()
    assert "Hộ theo mức sống, Huyện Bát Xát" in text
    assert SECRET not in text and "73.519" not in text


def test_an_officer_gets_them_there_by_role(secret: str) -> None:
    client = officer()

    assert "73.522" in client.get(WAYS[0]).content.decode()
    assert "73522" in client.get(WAYS[2].replace("&by=month", "")).getvalue().decode()
    assert client.get(f"/figures/{secret}/").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/figures/{ref}/", "/coverage/", "/coverage/?by=period&format=csv", "/exports/", "/reports/", "/registers/",
     "/checks/", "/changes/", "/releases/", "/"],
)  # fmt: skip
def test_no_other_page_tells_a_resident(secret: str, address: str) -> None:
    answer = resident().get(address.format(ref=secret))

    text = b"".join(answer) if answer.streaming else answer.content
    assert b"73522" not in text and b"73.522" not in text and SECRET.encode() not in text and b"73.519" not in text


def test_the_explanation_is_refused_with_the_released_table(secret: str) -> None:
    with pytest.raises(OnlyReleased) as refused:
        explain(secret, NOTHING)

    assert "Hộ theo mức sống" in refused.value.sentence


def test_a_report_is_not_made_for_a_resident_and_not_verified_against_the_figures(secret: str) -> None:
    made = make(DISTRICT)

    with pytest.raises(Refusal):
        make(DISTRICT, scope=NOTHING)
    lines = verify_docx(made.content, scope=NOTHING).figures
    assert {one.now for one in lines} == {None}
    assert resident().get(f"/reports/{made.run.pk}/file").status_code in (403, 404)


def test_records_behind_the_count_are_not_exported_to_a_resident(secret: str) -> None:
    client = resident()

    answer = client.get("/exports/?form=phieu&format=csv")

    text = b"".join(answer) if answer.streaming else answer.content
    assert SECRET.encode() not in text


def test_the_command_line_answers_the_operator_and_asks_as_a_resident(secret: str) -> None:
    asked = ["ho_ngheo", "--place", "Huyện Bát Xát", "--from", "2023-01-01", "--to", "2023-12-31", "--json"]

    operator = CliRunner().invoke(figures, asked, standalone_mode=False)
    as_resident = CliRunner().invoke(figures, [*asked, "--as-resident"], standalone_mode=False)

    assert json.loads(operator.output)[0]["value"] == str(int(SECRET) + 3)
    assert isinstance(as_resident.exception, OnlyReleased)


def test_what_is_not_said_for_whom_is_answered_as_to_a_resident(secret: str) -> None:
    for code in ("ho", "ho_ngheo", "ty_le_ngheo", "ho - ho_ngheo", "ngay_cong + 0 * ho"):
        with pytest.raises(Refusal):
            ask(make_question([code], "Huyện Bát Xát", FIRST, LAST))
    assert ask(make_question(["ngay_cong"], "Huyện Bát Xát", FIRST, LAST))[0].value == Decimal(12)


# -- The released table itself -----------------------------------------------------------------------------------------


def test_a_resident_reads_the_released_table_with_its_suppressed_cells(secret: str) -> None:
    number = Release.objects.get().pk
    page = resident().get(f"/releases/{number}/").content.decode()
    file = signed_in(user("nguoi-khac")).get(f"/releases/{number}/file").content.decode()

    assert "Hộ theo mức sống" in page and "…" in page
    assert 'href="/releases/"' in page
    assert "…" in file
    assert ",3,hộ" not in file


def test_the_command_line_makes_lists_shows_and_withdraws(secret: str) -> None:
    run = CliRunner()
    asked = ["make", "--place", "Huyện Bát Xát", "--from", "2023-01-01", "--to", "2023-12-31"]

    looked = run.invoke(release_command, [*asked, "--dry-run"], standalone_mode=False)
    made = run.invoke(release_command, [*asked, "--json"], standalone_mode=False)
    number = str(json.loads(made.output)["release"])
    shown = run.invoke(release_command, ["show", number], standalone_mode=False)
    csv = run.invoke(release_command, ["show", number, "--format", "csv"], standalone_mode=False)
    withdrawn = run.invoke(release_command, ["withdraw", number, "--because", "Nhầm kỳ"], standalone_mode=False)
    listed = run.invoke(release_command, ["list"], standalone_mode=False)

    assert "Chưa công bố gì" in looked.output
    assert "…" in shown.output and "Xã Cốc Mỳ" in shown.output
    assert "…" in csv.output
    assert withdrawn.exception is None
    assert "đã rút: Nhầm kỳ" in listed.output
    assert Release.objects.count() == 2


def test_an_officer_looks_before_publishing_and_publishes_what_was_seen(secret: str) -> None:
    client = officer()
    typed = DAYS | {"codes": "muc_song"}

    seen = client.post("/releases/new/", typed)
    draft = seen.context["draft"]
    made = client.post(
        "/releases/new/", typed | {"as_known": draft.wanted.as_known, "after": draft.after, "make": "yes"}
    )

    assert "ô có số nhỏ" in seen.content.decode()
    release = Release.objects.get(pk=made.context["release"].pk)
    assert release.tables == draft.tables and release.made_by_name == "can-bo"


def test_publishing_goes_back_to_looking_if_another_release_came_between(secret: str) -> None:
    client = officer()
    typed = DAYS | {"codes": "muc_song"}
    draft = client.post("/releases/new/", typed).context["draft"]
    make_release(prepare_release(place="u2", first=FIRST, last=LAST), by=Actor("Cán bộ khác"), at=now())

    answer = client.post(
        "/releases/new/", typed | {"as_known": draft.wanted.as_known, "after": draft.after, "make": "yes"}
    )

    assert "Vừa có bảng khác" in answer.content.decode()
    assert Release.objects.count() == 2


def test_an_officer_withdraws_with_a_reason_and_residents_no_longer_find_it(secret: str) -> None:
    client, number = officer(), Release.objects.get().pk

    without = client.post(f"/releases/{number}/withdraw", {"because": ""})
    client.post(f"/releases/{number}/withdraw", {"because": "Nhầm kỳ"})

    assert "Hãy ghi lý do" in without.content.decode()
    assert "Nhầm kỳ" in client.get(f"/releases/{number}/").content.decode()
    assert resident().get(f"/releases/{number}/").status_code == 404


def test_whoever_has_no_account_reads_what_stands_and_nothing_of_officers(secret: str) -> None:
    found = Release.objects.get()

    listed, page, file = (
        Client().get(path) for path in ("/releases/", *(f"/releases/{found.pk}/{end}" for end in ("", "file")))
    )

    assert "Hộ theo mức sống" in listed.content.decode()
    assert "…" in page.content.decode() and found.made_by_name not in page.content.decode()
    assert SECRET not in file.content.decode()
    assert Client().get("/releases/new/").status_code == 302
    officer().post(f"/releases/{found.pk}/withdraw", {"because": "Nhầm kỳ"})
    assert Client().get(f"/releases/{found.pk}/").status_code == 404
    assert "Hộ theo mức sống" not in Client().get("/releases/").content.decode()


@pytest.mark.parametrize("roles", [[], [(Role.VIEWER, PROVINCE)], [(Role.APPROVER, DISTRICT)]])
def test_only_programme_managers_and_administrators_publish(secret: str, roles: list[tuple[Role, int]]) -> None:
    client = signed_in(user("ai-do", roles))

    assert client.get("/releases/new/").status_code == 403
    assert client.post(f"/releases/{Release.objects.get().pk}/withdraw", {"because": "x"}).status_code == 403
