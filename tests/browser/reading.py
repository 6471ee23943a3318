"""Reading figures off the page, as whoever asked for them does."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

from caunoi import moments
from tests.browser.visitor import Visitor


def number_in(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", "."))


def figures_today(someone: Visitor, *codes: str, place: str = "15.02701") -> list[Decimal]:
    """Of the commune's day so far, as reported; 0 where the page says in words that there is nothing yet."""
    day = f"{moments.today():%d/%m/%Y}"
    asked = {"codes": codes, "place": place, "first": day, "last": day, "book": "reported"}
    someone.open(f"/figures/?{urlencode(asked, doseq=True)}")
    told = someone.page.locator("#figures tbody tr:not(.units) .figure-link").all_inner_texts()
    return [number_in(text) if text[:1].isdigit() else Decimal(0) for text in told]
