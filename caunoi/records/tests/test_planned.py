"""Statements that are planned once a connection answer as any other."""

from __future__ import annotations

import pytest
from django.db import transaction

from caunoi.forms.models import Form
from caunoi.planned import ask_first
from caunoi.records.tests.builders import publish

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "bao_cao_thang_thon"


def ask(code: str) -> object:
    return ask_first("SELECT code, closed_on FROM forms_form WHERE code = %s", [code])


def test_it_answers_with_the_first_row_or_with_none() -> None:
    publish(CODE)

    assert ask(CODE) == (CODE, None)
    assert ask("không có") is None


def test_it_sees_what_its_own_transaction_wrote_and_outlives_a_rollback() -> None:
    for _ in range(3):
        with transaction.atomic():
            Form.objects.create(code="biểu", title_vi="Biểu", pack="thử")
            assert ask("biểu") == ("biểu", None)
            transaction.set_rollback(True)
        assert ask("biểu") is None
