"""What an expression or condition says, as a tree, and what it takes from a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from caunoi.facts.rules.arithmetic import Arithmetic, Negate, Number, list_nodes


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Question:
    name: str


@dataclass(frozen=True)
class Column:
    """A question of a repeated group, in every row: `${dong.so}`."""

    repeat: str
    name: str


@dataclass(frozen=True)
class Sum:
    """Adds what was answered. Missing only if rows or questions are there and none of them was answered."""

    parts: tuple[Question | Column, ...]


@dataclass(frozen=True)
class Count:
    """How many rows a repeated group has; of a column, how many rows answered it."""

    of: Question | Column


@dataclass(frozen=True)
class Coalesce:
    """The first part that is not missing."""

    parts: tuple[Value, ...]


@dataclass(frozen=True)
class Choose:
    condition: Truth
    then: Value
    otherwise: Value


@dataclass(frozen=True)
class Comparison:
    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Value
    right: Value


@dataclass(frozen=True)
class Selected:
    question: Question
    choice: str


@dataclass(frozen=True)
class Not:
    operand: Truth


@dataclass(frozen=True)
class Junction:
    op: Literal["and", "or"]
    left: Truth
    right: Truth


Value = Number | Text | Question | Column | Negate["Value"] | Arithmetic["Value"] | Sum | Count | Coalesce | Choose
Truth = Comparison | Selected | Not | Junction
Node = Value | Truth
TRUTHS = (Comparison, Selected, Not, Junction)


@dataclass(frozen=True)
class Uses:
    """What an expression takes from a form. `numbers` names what must be numbers, `texts` what is compared with which
    text; both name a column as `dong.so`."""

    questions: frozenset[str]
    columns: frozenset[tuple[str, str]]
    repeats: frozenset[str]
    numbers: frozenset[str]
    texts: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Expression:
    """`names` are the questions as written, a column as `dong.so`."""

    text: str
    node: Value
    names: frozenset[str]


@dataclass(frozen=True)
class Condition:
    """`node` is None when nothing was written: always true."""

    text: str
    node: Truth | None
    names: frozenset[str]


def name_of(node: Question | Column) -> str:
    return node.name if isinstance(node, Question) else f"{node.repeat}.{node.name}"


def list_names(node: Node) -> Iterator[str]:
    return (name_of(found) for found in list_nodes(node) if isinstance(found, Question | Column))


def list_uses(written: Expression | Condition) -> Uses:
    """What the form must have for this to be answerable; checked when a pack is checked."""
    nodes = list(list_nodes(written.node)) if written.node else []
    counted = {id(node.of) for node in nodes if isinstance(node, Count)}
    numbers: set[str] = set()
    texts: set[tuple[str, str]] = set()
    for node in nodes:
        match node:
            case Arithmetic(_, left, right):
                numbers |= {side.name for side in (left, right) if isinstance(side, Question)}
            case Negate(Question(name)):
                numbers.add(name)
            case Sum(parts):
                numbers |= {name_of(part) for part in parts}
            case Selected(Question(name), choice):
                texts.add((name, choice))
            case Comparison(_, Question(name), other) | Comparison(_, other, Question(name)):
                if isinstance(other, Text):
                    texts.add((name, other.value))
                elif not isinstance(other, Question):
                    numbers.add(name)
    return Uses(
        questions=frozenset(n.name for n in nodes if isinstance(n, Question) and id(n) not in counted),
        columns=frozenset((n.repeat, n.name) for n in nodes if isinstance(n, Column)),
        repeats=frozenset(n.name for n in nodes if isinstance(n, Question) and id(n) in counted),
        numbers=frozenset(numbers),
        texts=frozenset(texts),
    )
