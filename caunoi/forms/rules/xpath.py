"""Expressions of XForms on the server: XPath 1.0 plus the functions of ODK that forms use.

Dates stand in the evaluated tree as day numbers since 1970-01-01 (with a fraction for the time of day), as ODK compares
them; so ``. <= today()`` is plain arithmetic. Source: ODK XForms specification, "XPath functions".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from lxml import etree

from caunoi.moments import VIETNAM

NAMESPACE = "urn:caunoi:odk"
EPOCH = date(1970, 1, 1)
TODAY, NOW = "caunoi_today", "caunoi_now"

_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?|\d+(?:\.\d*)?|\s+|.", re.DOTALL)
_NAME = re.compile(r"[^\W\d]")
_NATIVE = frozenset(
    {
        "not", "true", "false", "string", "string-length", "contains", "starts-with", "translate", "normalize-space",
        "floor", "ceiling", "boolean", "count", "last", "name", "local-name", "substring-before", "substring-after",
        "substring", "number",
    }
)  # fmt: skip
_NODE_TESTS = frozenset({"text", "node", "comment", "processing-instruction"})
_OPERATORS = frozenset({"and", "or", "div", "mod"})
# Of numbers, comparisons and the answer itself alone: `. >= 0 and . <= 500`. Nothing else in the tree can matter.
_OF_ITSELF = re.compile(r"(?:\.(?![.\d])|\d+(?:\.\d+)?|and|or|not|mod|div|[<>=!+()-]|\s)+", re.ASCII)
_MOST_ANSWERS = 2000


class UnknownFunction(ValueError):
    """The expression calls functions the server does not have; `names` in the order they stand."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


class BrokenExpression(ValueError):
    """The expression is no XPath; the message is the parser's."""


class Expression:
    """A compiled expression. Evaluating never changes the tree; one object may serve several threads."""

    def __init__(self, text: str) -> None:
        self.text = text
        xpath, used = _translate(text)
        # lxml registers every function at every evaluation: only those the expression calls.
        extensions = {(NAMESPACE, name): _FUNCTIONS[name] for name in used}
        self._needs_clock = f"${TODAY}" in xpath or f"${NOW}" in xpath
        self.is_of_itself = _OF_ITSELF.fullmatch(text) is not None
        self._known: dict[str, bool] = {}
        try:
            self._xpath = etree.XPath(xpath, namespaces={"odk": NAMESPACE}, extensions=extensions or None)
        except etree.XPathSyntaxError as error:
            raise BrokenExpression(str(error)) from None

    def evaluate(self, node: Any, clock: Clock) -> Any:
        """A bool, float, str or list of elements. Raises etree.XPathError, TypeError or ValueError on a wrong use."""
        return self._xpath(node, **clock) if self._needs_clock else self._xpath(node)

    def holds(self, node: Any, clock: Clock) -> bool:
        found = self.evaluate(node, clock)
        if isinstance(found, list):
            return text_of(found) != ""
        return bool(found) and not (isinstance(found, float) and math.isnan(found))

    def holds_for(self, value: str) -> bool:
        """`holds` for an answer wherever it stands; only of an expression that `is_of_itself`. Months bring the same
        few counts a million times: each is worked out once."""
        known = self._known.get(value)
        if known is None:
            if len(self._known) >= _MOST_ANSWERS:
                self._known.clear()
            node = etree.Element("answer")
            node.text = value
            known = self._known[value] = self.holds(node, {})
        return known

    def answer(self, node: Any, clock: Clock) -> str:
        """The value as an XForm spells it; '' for nothing and for NaN."""
        return text_of(self.evaluate(node, clock))


Clock = dict[str, float]


def clock_of(today: date, now: datetime) -> Clock:
    """What today() and now() give while one submission is checked."""
    return {TODAY: float(day_number(today)), NOW: moment_number(now)}


def day_number(day: date) -> int:
    return (day - EPOCH).days


def moment_number(moment: datetime) -> float:
    return (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(days=1)


def date_text(number: float) -> str:
    return (EPOCH + timedelta(days=math.floor(number))).isoformat()


def text_of(value: Any) -> str:
    """XPath's string() with two differences of ODK: NaN is nothing, and a boolean is 1 or 0 only where asked for."""
    if isinstance(value, list):
        if not value:
            return ""
        first = value[0]
        return "".join(first.itertext()) if hasattr(first, "itertext") else str(first)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
    return str(value)


def number_of(value: Any) -> float:
    if isinstance(value, bool | int | float):
        return float(value)
    try:
        return float(text_of(value).strip())
    except ValueError:
        return math.nan


def _translate(text: str) -> tuple[str, frozenset[str]]:
    """The XPath and which of our functions it calls: they get our prefix; today() and now() become variables.

    Raises UnknownFunction.
    """
    tokens = [match.group() for match in _TOKEN.finditer(text)]
    parts: list[str] = []
    unknown: list[str] = []
    used: set[str] = set()
    previous = ""
    index = 0
    while index < len(tokens):
        token = tokens[index]
        after = _next_solid(tokens, index + 1)
        is_call = _NAME.match(token) is not None and after < len(tokens) and tokens[after] == "("
        is_operator = token in _OPERATORS and previous not in (
            "",
            "(",
            "[",
            ",",
            "/",
            "=",
            "<",
            ">",
            "+",
            "-",
            "*",
            "|",
        )
        if not is_call or is_operator or token in _NODE_TESTS or token in _NATIVE:
            parts.append(token)
        elif token in ("today", "now"):
            parts.append(f"${TODAY if token == 'today' else NOW}")
            index = _next_solid(tokens, after + 1)  # past "()"
        elif token in _FUNCTIONS:
            parts.append(f"odk:{token}")
            used.add(token)
        else:
            unknown.append(token)
        if not token.isspace():
            previous = token
        index += 1
    if unknown:
        raise UnknownFunction(unknown)
    return "".join(parts), frozenset(used)


def _next_solid(tokens: Sequence[str], index: int) -> int:
    while index < len(tokens) and tokens[index].isspace():
        index += 1
    return index


# The functions. Each receives lxml's context, then its arguments as XPath values.


def _selected(_: Any, value: Any, choice: Any) -> bool:
    return text_of(choice).strip() in text_of(value).split()


def _count_selected(_: Any, value: Any) -> float:
    return float(len(text_of(value).split()))


def _selected_at(_: Any, value: Any, index: Any) -> str:
    chosen, at = text_of(value).split(), number_of(index)
    return chosen[int(at)] if math.isfinite(at) and 0 <= at < len(chosen) else ""


def _coalesce(_: Any, *values: Any) -> str:
    return next((text for value in values if (text := text_of(value)) != ""), "")


def _if(_: Any, condition: Any, yes: Any, no: Any) -> Any:
    holds = text_of(condition) != "" if isinstance(condition, list) else bool(condition)
    return yes if holds else no


def _round(_: Any, value: Any, places: Any = 0.0) -> float:
    try:
        # From the text, not from a float: 1.005 must round as it was written.
        exact = Decimal(text_of(value) if not isinstance(value, float) else repr(value))
        unit = Decimal(1).scaleb(-int(number_of(places)))
        return float(((exact / unit + Decimal("0.5")).to_integral_value(ROUND_FLOOR)) * unit)
    except (InvalidOperation, ValueError, OverflowError):
        return math.nan


def _int(_: Any, value: Any) -> float:
    number = number_of(value)
    return float(math.trunc(number)) if math.isfinite(number) else math.nan


def _regex(_: Any, value: Any, pattern: Any) -> bool:
    try:
        return re.fullmatch(text_of(pattern), text_of(value)) is not None
    except re.error as error:
        raise ValueError(str(error)) from None


def _numbers(values: Sequence[Any]) -> list[float]:
    """All numbers of node sets and plain values; blanks are left out, so that one empty row doesn't void a sum."""
    texts = [text_of([node]) for v in values if isinstance(v, list) for node in v]
    texts += [text_of(v) for v in values if not isinstance(v, list)]
    return [number_of(text) for text in texts if text.strip() != ""]


def _sum(_: Any, *values: Any) -> float:
    return math.fsum(_numbers(values))


def _date(_: Any, value: Any) -> float:
    number = number_of(value)
    if math.isfinite(number):
        return math.floor(number)
    parsed = number_of_moment(text_of(value))
    return math.nan if parsed is None else math.floor(parsed)


def _date_time(_: Any, value: Any) -> float:
    number = number_of(value)
    if math.isfinite(number):
        return number
    parsed = number_of_moment(text_of(value))
    return math.nan if parsed is None else parsed


def number_of_moment(text: str) -> float | None:
    """Day number of `2023-01-31`, `2023-01-31T08:00:00.000+07:00` or a time of day; None if it is none of these."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return float(day_number(date.fromisoformat(text)))
        if re.match(r"\d{4}-\d{2}-\d{2}T", text):
            moment = datetime.fromisoformat(text)
            return moment_number(moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM))
        if re.match(r"\d{2}:\d{2}", text):
            clock = time.fromisoformat(text)
            return (clock.hour * 3600 + clock.minute * 60 + clock.second) / 86400
    except ValueError:
        return None
    return None


_FORMATS = {
    "%Y": "%Y", "%y": "%y", "%m": "%m", "%n": "%-m", "%d": "%d", "%e": "%-d", "%H": "%H", "%h": "%-H", "%M": "%M",
    "%S": "%S", "%b": "%b", "%a": "%a",
}  # fmt: skip


def _format_date(_: Any, value: Any, pattern: Any) -> str:
    number = _date_time(None, value)
    if not math.isfinite(number):
        return ""
    whole = math.floor(number)
    moment = datetime.combine(EPOCH + timedelta(days=whole), time()) + timedelta(days=number - whole)
    return re.sub(r"%.", lambda m: moment.strftime(_FORMATS.get(m.group(), m.group())), text_of(pattern))


def _substr(_: Any, value: Any, start: Any, end: Any = None) -> str:
    return text_of(value)[int(number_of(start)) : None if end is None else int(number_of(end))]


def _nodes(values: Sequence[Any]) -> list[str]:
    return [t for v in values for t in ([text_of([n]) for n in v] if isinstance(v, list) else [text_of(v)])]


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., float]:
    def function(_: Any, *values: Any) -> float:
        numbers = _numbers(values)
        return choose(numbers) if numbers else math.nan

    return function


def _power(_: Any, base: Any, exponent: Any) -> float:
    try:
        result = number_of(base) ** number_of(exponent)
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return result if isinstance(result, float) else math.nan


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "selected": _selected,
    "count-selected": _count_selected,
    "selected-at": _selected_at,
    "coalesce": _coalesce,
    "once": _coalesce,
    "if": _if,
    "round": _round,
    "int": _int,
    "regex": _regex,
    "sum": _sum,
    "min": _extreme(min),
    "max": _extreme(max),
    "abs": lambda _, value: abs(number_of(value)),
    "pow": _power,
    "sqrt": lambda _, value: math.sqrt(n) if (n := number_of(value)) >= 0 else math.nan,
    "date": _date,
    "date-time": _date_time,
    "decimal-date-time": _date_time,
    "format-date": _format_date,
    "format-date-time": _format_date,
    "concat": lambda _, *values: "".join(_nodes(values)),
    "join": lambda _, separator, *values: text_of(separator).join(_nodes(values)),
    "count-non-empty": lambda _, *values: float(sum(1 for text in _nodes(values) if text.strip())),
    "ends-with": lambda _, value, end: text_of(value).endswith(text_of(end)),
    "substr": _substr,
    "boolean-from-string": lambda _, value: text_of(value) in ("1", "true"),
    "position": lambda context, *nodes: float(_position(nodes[0][0] if nodes else context.context_node)),
}


def _position(node: Any) -> int:
    return 1 + sum(1 for _ in node.itersiblings(node.tag, preceding=True))
