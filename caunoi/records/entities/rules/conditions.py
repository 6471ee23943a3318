"""Conditions over a thing's properties, such as ``${trang_thai} = 'ngung'``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from caunoi.forms.rules.xpath import Expression

_PROPERTY = re.compile(r"\$\{\s*([^}\s]*)\s*\}")
# A thing's end must not depend on when somebody looks.
_CLOCK = re.compile(r"\b(today|now|random|uuid)\s*\(")
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w.\-]*", re.ASCII)


class WrongCondition(ValueError):
    """The condition can't be read; `names` are properties that don't exist, empty if it is its grammar."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        super().__init__(", ".join(names))
        self.names = names


def list_properties(text: str) -> tuple[str, ...]:
    """In the order they are first named."""
    return tuple(dict.fromkeys(_PROPERTY.findall(text)))


class Condition:
    """Compiled once. An empty condition never holds."""

    def __init__(self, text: str) -> None:
        """Raises WrongCondition."""
        self.text = text.strip()
        self._expression: Expression | None = None
        if not self.text:
            return
        names = list_properties(self.text)
        if odd := tuple(name for name in names if not _PLAIN_NAME.fullmatch(name)):
            raise WrongCondition(odd)
        if _CLOCK.search(self.text):
            raise WrongCondition
        try:
            self._expression = Expression(_PROPERTY.sub(r"\1", self.text))
        except ValueError:
            raise WrongCondition from None

    def holds(self, values: Mapping[str, str]) -> bool:
        """Also where it makes no sense for these values (a text compared as a number): then it doesn't hold."""
        if self._expression is None:
            return False
        # A property never given is an empty one: XPath finds nothing there, and nothing differs from nothing.
        thing = etree.Element("thing")
        for name in list_properties(self.text):
            etree.SubElement(thing, name).text = values.get(name) or None
        try:
            return self._expression.holds(thing, {})
        except (etree.XPathError, ValueError, TypeError):
            return False
