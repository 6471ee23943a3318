"""Expressions of forms, and the shortcut for those that look at nothing but the answer itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from caunoi.forms.rules.xpath import Expression

OF_ITSELF = [". >= 0", ".>=0 and . <= 500", "not(. = 3)", ". mod 2 = 0 or . > 100", ". - 1.5 < 3", "(.)!=0"]
OF_OTHERS = [
    "../a >= .", "/data/a > 1", "a", "*", ". * 2 < 9", "..", "count(.) > 0", ". <= today()", "true()", "string(.)='1'",
    ". = 'x'", "regex(., '[0-9]+')", "not(a)",
]  # fmt: skip


@pytest.mark.parametrize("text", OF_OTHERS)
def test_whatever_might_look_elsewhere_is_worked_out_in_the_tree(text: str) -> None:
    assert not Expression(text).is_of_itself


@given(st.sampled_from(OF_ITSELF), st.one_of(st.integers(-600, 600).map(str), st.text(max_size=4), st.just("1.50")))
def test_an_answer_judged_by_itself_is_judged_as_in_its_tree(text: str, value: str) -> None:
    expression = Expression(text)
    assert expression.is_of_itself
    root = etree.Element("data")
    etree.SubElement(root, "other").text = "7"
    node = etree.SubElement(root, "answer")
    try:
        node.text = value
    except ValueError:
        return  # control characters, which no answer holds by then

    assert expression.holds_for(value) == expression.holds(node, {})
    assert expression.holds_for(value) == expression.holds(node, {}), "asked again"
