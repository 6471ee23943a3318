"""Whatever is done to the audit's lines behind the product's back is found; an anchor kept elsewhere finds the rest."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from caunoi.audit.actions import write_line
from caunoi.audit.models import AuditLine, KnowledgeClock
from caunoi.audit.origin import coming_from, read_address
from caunoi.audit.queries import find_chain_break, get_anchor
from caunoi.audit.rules import GENESIS, Actor, Anchor, Line, compute_hash, find_break, read_anchor
from caunoi.moments import local_moment

HOA = Actor("Chị Hoa", 7)
WHEN = local_moment(date(2026, 3, 1))


def write(count: int, word: str = "dòng") -> None:
    for number in range(count):
        write_line("thing.change", f"thing:{number}", {"old": "a", "new": f"{word} {number}"}, by=HOA, at=WHEN)


def rewrite(first: int) -> None:
    """What a person with the database and this program's source could do: chain everything anew from a line on."""
    head = AuditLine.objects.get(number=first - 1).hash if first > 1 else GENESIS
    for row in AuditLine.objects.filter(number__gte=first).order_by("number"):
        actor = Actor(row.actor, row.actor_id, row.address)
        line = Line(row.number, row.at, actor, row.action, row.subject, row.detail, row.knowledge)
        row.previous, row.hash = head, compute_hash(head, line)
        row.save()
        head = row.hash
    KnowledgeClock.objects.update(head=head)


@pytest.mark.django_db
def test_an_untouched_chain_holds() -> None:
    assert find_chain_break() is None

    write(5)

    assert find_chain_break() is None


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["actor", "action", "subject", "address"])
def test_a_changed_line_is_found(field: str) -> None:
    write(5)
    AuditLine.objects.filter(number=3).update(**{field: "khac"})

    assert find_chain_break() == (3, "changed")


@pytest.mark.django_db
def test_a_line_taken_out_is_found() -> None:
    write(5)
    AuditLine.objects.filter(number=3).delete()

    assert find_chain_break() == (3, "missing")


@pytest.mark.django_db
def test_two_lines_that_changed_places_are_found() -> None:
    write(5)
    AuditLine.objects.filter(number=2).update(number=99)
    AuditLine.objects.filter(number=3).update(number=2)
    AuditLine.objects.filter(number=99).update(number=3)

    assert find_chain_break() == (2, "moved")


@pytest.mark.django_db
def test_the_last_line_cut_off_is_found_by_the_clock() -> None:
    write(5)
    AuditLine.objects.filter(number=5).delete()

    assert find_chain_break() == (5, "cut")


@pytest.mark.django_db
def test_the_last_line_cut_off_and_the_clock_set_back_is_found_by_the_anchor() -> None:
    write(5)
    kept = get_anchor()
    AuditLine.objects.filter(number=5).delete()
    KnowledgeClock.objects.update(line=F("line") - 1, head=AuditLine.objects.get(number=4).hash)

    assert find_chain_break() is None
    assert find_chain_break(kept) == (5, "cut")


@pytest.mark.django_db
def test_a_chain_written_anew_is_found_by_the_anchor() -> None:
    write(5)
    kept = get_anchor()
    write(2)
    AuditLine.objects.filter(number=2).update(detail={"old": "a", "new": "chưa từng"})
    rewrite(2)

    assert find_chain_break() is None
    assert find_chain_break(kept) == (5, "rewritten")


@pytest.mark.django_db
def test_an_anchor_stays_good_while_the_chain_grows() -> None:
    before = get_anchor()
    write(3)
    kept = get_anchor()
    write(3)

    assert kept.line == 3 and kept.head == AuditLine.objects.get(number=3).hash
    assert find_chain_break(kept) is None
    assert find_chain_break(before) is None


@given(st.integers(0, 10**12), st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(20, 90))
def test_a_printed_anchor_is_read_back_however_the_paper_broke_it(line: int, head: str, width: int) -> None:
    printed = str(Anchor(line, head))
    broken = "\n".join(printed[at : at + width] for at in range(0, len(printed), width))

    assert read_anchor(f"Mốc nhật ký: {broken}.") == Anchor(line, head)


@pytest.mark.parametrize("text", ["", "5", "abc", "5-12ab", "5-" + "g" * 64, "5-" + "0" * 65])
def test_what_is_no_anchor_is_not_taken_for_one(text: str) -> None:
    assert read_anchor(text) is None


def test_the_beginning_of_the_hash_is_enough() -> None:
    line = Line(1, WHEN, HOA, "a", "b", {}, 0)
    hashed = compute_hash(GENESIS, line)

    assert find_break([(line, GENESIS, hashed)], kept=Anchor(1, hashed[:16])) is None


@pytest.mark.django_db
def test_a_line_says_from_where_and_what_happens_by_itself_comes_from_nowhere() -> None:
    with coming_from("10.1.2.3"):
        write_line("a", "b", by=HOA, at=WHEN)
        write_line("a", "b", by=Actor("Tự động"), at=WHEN)

    assert list(AuditLine.objects.order_by("number").values_list("address", flat=True)) == ["10.1.2.3", ""]
    assert find_chain_break() is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),  # no proxy of ours: whoever asks may write anything there
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "198.51.100.7, 10.0.0.5", "198.51.100.7"),
        ("127.0.0.1", "198.51.100.7:5123", "198.51.100.7"),
        ("::ffff:127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "khong-phai-dia-chi", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("", "198.51.100.7", ""),
    ],
)
def test_only_our_own_proxies_say_for_whom_they_ask(peer: str, forwarded: str, address: str) -> None:
    assert read_address(peer, forwarded, ["127.0.0.1", "10.0.0.0/8"]) == address
