"""`caunoi figures --compare-boundaries DAY`: the same figures on two days' boundaries, side by side."""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

import click
from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.cli.frame import print_json
from caunoi.facts.rules.question import Question
from caunoi.facts.side_by_side import Pair, Side, compare_boundaries, comparison_json, comparison_rows
from caunoi.languages import in_reader_language, show_number


def print_comparison(question: Question, other_day: date, reader: Scope, format_: str, output: Path | None) -> None:
    compared = compare_boundaries(question, other_day, reader)
    if format_ == "json":
        print_json(comparison_json(compared))
    elif format_ == "xlsx":
        raise click.UsageError(_("So sánh hai ranh giới chỉ có dạng bảng, json hoặc csv."))
    elif format_ == "csv" and output is None:
        csv.writer(sys.stdout).writerows(comparison_rows(compared))
    elif format_ == "csv" and output is not None:
        with output.open("w", encoding="utf-8-sig", newline="") as file:  # Excel reads the letters right
            csv.writer(file).writerows(comparison_rows(compared))
    else:
        for pair in [*compared.totals, *compared.pairs]:
            click.echo(_line(pair))
        if compared.is_kept is not None:
            kept = _("Tổng bằng nhau theo hai ranh giới.")
            click.echo(kept if compared.is_kept else _("Tổng khác nhau: địa bàn của hai ngày không phải là một."))


def _line(pair: Pair) -> str:
    name = in_reader_language(pair.sample.name_vi, pair.sample.name_en) if pair.sample else pair.code
    days = f"{pair.first:%d/%m/%Y}–{pair.last:%d/%m/%Y}"
    difference = "" if pair.difference is None else f" | {_('chênh lệch')} {show_number(pair.difference)}"
    return f"{name} | {days} | {_words(pair.left)} | {_words(pair.right)}{difference}"


def _words(side: Side) -> str:
    said = " + ".join(
        f"{figure.place_name} {'–' if figure.value is None else show_number(figure.value)}"
        + (f" [{_('ước tính')}]" if figure.estimated else "")
        for figure in side.figures
    )
    return f"{said} = {show_number(side.total)}" if len(side.figures) > 1 and side.total is not None else said or "–"
