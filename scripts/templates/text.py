"""The text of a template, line by line.

% báo cáo: KIND | about | period      the title block
# heading, ## lower heading           = last paragraph
^ name of a table, ~ note, ! picture  anything else: a paragraph
| for dv in don_vi_con()              a table whose row is repeated,
| heading | cm | cell | total         its columns from left to right,
| end                                 and its end
| rows                                a table whose rows are written out:
| heading | cm                        its columns,
? co('x') | cell | cell               its rows, each where its condition holds,
| end                                 and its end
% ký                                  signature and recipients
% phụ lục: Phụ lục I | TITLE          what follows is an annex
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "texts"
STYLES = {"# ": "Mục", "## ": "Tiểu mục", "= ": "Kết", "^ ": "Tên bảng", "~ ": "Ghi chú", "! ": "Hình"}


@dataclass(frozen=True)
class Column:
    heading: str
    width_cm: float
    cell: str
    total: str


@dataclass(frozen=True)
class Title:
    kind: str
    about: str
    period: str


@dataclass(frozen=True)
class Line:
    text: str
    style: str


@dataclass(frozen=True)
class Table:
    loop: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Rows:
    """`rows`: (condition, cells)."""

    columns: tuple[tuple[str, float], ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Signature:
    pass


@dataclass(frozen=True)
class Annex:
    name: str
    title: str


Part = Title | Line | Table | Rows | Signature | Annex


def read_text(code: str) -> Iterator[Part]:
    lines = _read_lines(FOLDER / f"{code}.txt")
    for line in lines:
        if line.startswith("% báo cáo: "):
            yield Title(*_cells(line.removeprefix("% báo cáo: ")))
        elif line.startswith("% phụ lục: "):
            yield Annex(*_cells(line.removeprefix("% phụ lục: ")))
        elif line == "% ký":
            yield Signature()
        elif line.startswith("| for "):
            columns = []
            while (row := next(lines)) != "| end":
                heading, width, cell, total = _cells(row.removeprefix("|"))
                columns.append(Column(heading, float(width), cell, total))
            yield Table(line.removeprefix("| "), tuple(columns))
        elif line == "| rows":
            yield _read_rows(lines)
        elif line:
            mark = next((mark for mark in STYLES if line.startswith(mark)), "")
            yield Line(line.removeprefix(mark), STYLES.get(mark, "Thân"))


def _read_rows(lines: Iterator[str]) -> Rows:
    headings, rows = [], []
    while (row := next(lines)) != "| end":
        first, *rest = _cells(row[1:])
        if row.startswith("?"):
            rows.append((first, tuple(rest)))
        else:
            headings.append((first, float(rest[0])))
    return Rows(tuple(headings), tuple(rows))


def _read_lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("% phần: "):
            yield from _read_lines(FOLDER / "phan" / f"{line.removeprefix('% phần: ')}.txt")
        else:
            yield line


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.split("|")]
