"""What papers say of a class: in Vietnamese, as the papers are."""

from __future__ import annotations

from datetime import date


def word_class(title: str, first: date, last: date) -> str:
    """`lớp …, từ ngày 10/03/2026 đến ngày 11/03/2026`; of one day only that."""
    said = f"{first:%d/%m/%Y}"
    when = f"ngày {said}" if first == last else f"từ ngày {said} đến ngày {last:%d/%m/%Y}"
    return f"{title}, {when}"[:400]
