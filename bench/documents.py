"""Searching the register of official documents by words."""

from __future__ import annotations

import itertools
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from django.db import connection, transaction

from bench.measuring import Bench, Measured
from bench.world import BY, COMMUNES_IN_PROVINCE, VILLAGES_IN_COMMUNE, make_units
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.documents.models import Document, DocumentText
from caunoi.documents.queries import search_documents
from caunoi.documents.reach import filter_documents
from caunoi.documents.words import ask_words
from caunoi.moments import local_moment
from caunoi.places.models import OrgUnit

# A tenth as many documents as facts are asked for: a million at the default.
FACTS_A_DOCUMENT = 10
PROVINCES = 34
WORDS_IN_TEXT, VOCABULARY = 60, 7_000
FIRST, DAYS = date(2021, 1, 4), 1_800
SEARCHES, PLAIN_SEARCHES, LIMIT = 300, 8, 20
BATCH = 5_000
AT = local_moment(date(2026, 6, 1))
TOPICS = (
    "hien dat",
    "lam duong",
    "nao vet muong",
    "ve sinh moi truong",
    "tuyen truyen",
    "binh dang gioi",
    "nha van hoa",
)


def document_search_p95_ms(bench: Bench) -> Measured:
    """A mixture of readers (commune, two provinces, country) and of searches: frequent words, rare ones, numbers,
    beginnings of words. The baseline looks for the same words with LIKE in the same rows, for the same readers."""
    documents = max(bench.facts // FACTS_A_DOCUMENT, 1_000)
    _country, provinces, communes, _villages = make_units(PROVINCES * COMMUNES_IN_PROVINCE * VILLAGES_IN_COMMUNE)
    _write(documents, provinces, communes)
    readers = [_reader(unit) for unit in (communes[40], provinces[3], provinces[-1], _country)]
    searches = list(itertools.islice(_list_searches(documents, readers), SEARCHES))
    for reader in readers:
        search_documents("ke hoach", reader, LIMIT)

    ours = _p95([_timed(partial(search_documents, text, reader, LIMIT)) for text, reader in searches])
    plain = _p95([_timed(partial(_plainly, text, reader)) for text, reader in searches[:PLAIN_SEARCHES]])
    return Measured(ours, "ms", plain, f"LIKE over the same {documents} documents", documents)


def _timed(search: Callable[[], object]) -> float:
    begun = time.perf_counter()
    search()
    return (time.perf_counter() - begun) * 1000


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else math.nan


def _plainly(text: str, scope: Scope) -> list[Document]:
    rows = filter_documents(Document.objects.all(), scope)
    for word in ask_words(text):
        rows = rows.filter(words__head__contains=word) | rows.filter(words__body__contains=word)
    return list(rows.order_by("-pk")[:LIMIT])


def _reader(unit: OrgUnit) -> Scope:
    user = User.objects.create(username=f"doc-{unit.key}")
    RoleGrant.objects.create(user=user, role=Role.VIEWER, org_unit=unit, from_day=date(2020, 1, 1))
    return scope_of(user, date(2026, 6, 1))


def _list_searches(documents: int, readers: list[Scope]) -> Iterator[tuple[str, Scope]]:
    """The country's reader asks seldom: one in ten."""
    chance = random.Random(5)
    while True:
        reader = chance.choices(readers, [4, 3, 2, 1])[0]
        text = chance.choice(
            [
                "kế hoạch " + chance.choice(TOPICS),
                chance.choice(TOPICS),
                f"tu{chance.randrange(VOCABULARY)} tu{chance.randrange(200)}",
                f"tu{chance.randrange(VOCABULARY)}",
                f"{chance.randrange(1, 400)}/KH-UBND",
                "tuyên tr",
            ]
        )
        yield text, reader


def _write(documents: int, provinces: list[OrgUnit], communes: list[OrgUnit]) -> None:
    """Nine in ten are of communes. Words are as frequent as in a language: few in nearly all, most in hardly any."""
    chance = random.Random(3)
    vocabulary = [f"tu{i}" for i in range(VOCABULARY)]
    weights = list(itertools.accumulate(1 / (i + 5) for i in range(VOCABULARY)))
    parent = {commune.pk: provinces[i // COMMUNES_IN_PROVINCE].pk for i, commune in enumerate(communes)}
    country = OrgUnit.objects.get(level="country").pk
    with transaction.atomic():
        for first in range(0, documents, BATCH):
            rows, words = [], []
            for number in range(first + 1, min(first + BATCH, documents) + 1):
                unit = chance.choice(communes).pk if chance.random() < 0.9 else chance.choice(provinces).pk
                day = FIRST + timedelta(days=number * DAYS // documents)
                reference = f"{chance.randrange(1, 400)}/KH-UBND"
                rows.append(
                    Document(
                        pk=number, direction="outgoing", org_unit_id=unit, entry_number=number, reference=reference,
                        issuing_unit_id=unit, issuing_body="Ủy ban nhân dân", issued_on=day, day_to=day,
                        title=f"Kế hoạch {chance.choice(TOPICS)}", registered_by=BY.name, registered_at=AT,
                    )
                )  # fmt: skip
                head = f"{reference.split('/')[0]} kh ubnd ke hoach {rows[-1].title[9:]} uy ban nhan dan"
                reach = {unit, parent.get(unit, unit), country}
                words.append(
                    DocumentText(
                        document_id=number,
                        head=head,
                        body=" ".join(set(chance.choices(vocabulary, cum_weights=weights, k=WORDS_IN_TEXT))),
                        reach=" ".join(f"a{one}" for one in sorted(reach)),
                    )
                )
            Document.objects.bulk_create(rows)
            DocumentText.objects.bulk_create(words)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
