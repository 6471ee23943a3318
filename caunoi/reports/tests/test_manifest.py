from __future__ import annotations

import zlib

import pytest

from caunoi.reports.rules.manifest import (
    Asked,
    Found,
    Line,
    Manifest,
    ManifestUnreadable,
    from_text,
    hash_text,
    pair,
    read,
    spell,
    to_text,
)
from caunoi.reports.word_file import find_ref


def line(ref: str, shown: str) -> Line:
    return Line(ref, "x", "X", "u1", "Xã", "2023-01-01", "2023-12-31", "1", None, None, shown, "number", 0)


def manifest(*lines: Line) -> Manifest:
    return Manifest(
        "thu", "Thử", "u1", "Xã", "2023-01-01", "2023-12-31", "2023-12-31", 7, "approved", "2024", "Người lập", "http://x",
        "h", [Asked(["x"], "u1", None, "2023-01-01", "2023-12-31")], list(lines),
    )  # fmt: skip


def test_a_list_of_figures_is_read_back_as_it_was_spelled() -> None:
    made = manifest(line("a", "1.234"), line("b", "…"))

    assert read(from_text(to_text(spell(made)))) == made


def test_a_word_processor_may_break_the_lines_of_the_list() -> None:
    text = to_text(spell(manifest(line("a", "1"))))

    assert from_text("\n  ".join([text[:10], text[10:]])) == from_text(text)


@pytest.mark.parametrize(
    "content",
    [b"", b"khong phai", zlib.compress(b"[]"), zlib.compress(b'{"format": 2}'), zlib.compress(b'{"format":1}')],
)
def test_what_is_no_list_is_unreadable(content: bytes) -> None:
    with pytest.raises(ManifestUnreadable):
        read(content)


def test_a_list_that_unpacks_without_end_is_cut_off() -> None:
    with pytest.raises(ManifestUnreadable):
        read(zlib.compress(b'{"format":1,"x":"' + b"0" * 100_000_000, 1))


@pytest.mark.parametrize(
    "lines, found, texts, added",
    [
        ([("a", "1")], [("a", "1")], ["1"], []),
        ([("a", "1")], [("a", "2")], ["2"], []),
        ([("a", "1")], [], [None], []),
        ([("a", "1"), ("a", "1%")], [("a", "1%"), ("a", "1")], ["1", "1%"], []),
        ([("a", "1"), ("a", "1%")], [("a", "2"), ("a", "1%")], ["2", "1%"], []),
        ([("a", "1"), ("a", "1")], [("a", "1")], ["1", None], []),
        ([("a", "1")], [("a", "1"), ("a", "1")], ["1"], []),
        ([("a", "1")], [("a", "1"), ("a", "9")], ["1"], ["9"]),
        ([("a", "1")], [("a", "1"), ("b", "5")], ["1"], ["5"]),
        ([("a", "1 (ước tính)")], [("a", "1\u00a0(ước tính)")], ["1 (ước tính)"], []),
    ],
)
def test_printed_figures_are_paired_with_what_stands_in_the_file(
    lines: list[tuple[str, str]], found: list[tuple[str, str]], texts: list[str | None], added: list[str]
) -> None:
    paired, unasked = pair([line(*one) for one in lines], [Found(*one) for one in found])

    assert paired == texts
    assert [link.text for link in unasked] == added


def test_words_are_compared_without_their_spacing() -> None:
    assert hash_text("Tổng số  là") == hash_text("Tổng\nsố là") != hash_text("Tổng số không là")


@pytest.mark.parametrize(
    "address, ref",
    [
        ("http://127.0.0.1:8000/figures/eNq_-x/", "eNq_-x"),
        ("https://caunoi.example.vn/figures/eNq", "eNq"),
        (' HYPERLINK "http://x/figures/abc/" \\o "Mở"', "abc"),
        ("http://x/coverage/?place=u1", ""),
        ("http://x/figures/", ""),
        ("mailto:a@b", ""),
        ("", ""),
    ],
)
def test_a_figure_is_known_by_its_address(address: str, ref: str) -> None:
    assert find_ref(address) == ref
