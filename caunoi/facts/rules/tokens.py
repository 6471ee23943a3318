"""Words and signs of the two small languages of a pack: expressions over answers, and formulas over codes.

Both are typed into spreadsheets by officers, so what their spreadsheet program makes of a sign (curly quotes, a long
minus, `≤`) is read as the sign that was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

from django.utils.translation import gettext as _

# Ample for sums of 2^62 with six decimals over every unit of the country; only a division can be inexact.
EXACT = Context(prec=50)

# Longer ones are a mistake (a whole column pasted into a cell), and recursion stays far from Python's limit.
LONGEST = 2000
MOST_SIGNS = 120
DEEPEST = 40

TokenKind = Literal["number", "text", "name", "question", "sign", "end"]


class ParseError(Exception):
    """What was written can't be read. `position` counts characters from 1; `sentence` says what would be accepted."""

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(sentence, position)
        self.sentence = sentence
        self.position = position

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Token:
    """`text` is the value: a number's digits, a text without its quotes, the name inside `${}`."""

    kind: TokenKind
    text: str
    position: int

    def describe(self) -> str:
        match self.kind:
            case "end":
                return _("hết dòng")
            case "text":
                return f"'{self.text}'"
            case "question":
                return f"${{{self.text}}}"
            case _:
                return f"“{self.text}”"


_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<text>'[^']*'|"[^"]*"|[‘’][^‘’]*[‘’]|[“”][^“”]*[“”])
    | \$\{\s*(?P<question>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)\s*\}
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign><=|>=|!=|[-+*/()=<>,−–×÷≤≥≠])
    """,
    re.VERBOSE | re.ASCII,
)
_SAME_SIGN = {"−": "-", "–": "-", "×": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!="}
_MOST_DIGITS = 30


def read_tokens(text: str, error: type[ParseError]) -> list[Token]:
    """All tokens and an `end`. Raises `error` at the first character that begins none."""
    if len(text) > LONGEST:
        raise error(_("Dài quá %(most)d ký tự; hãy tách nhỏ.") % {"most": LONGEST}, LONGEST + 1)
    tokens = list(_read(text, error))
    for token in tokens:
        if token.kind == "number" and len(token.text) > _MOST_DIGITS:
            raise error(_("Số %(found)s có quá nhiều chữ số.") % {"found": token.text}, token.position)
    if sum(token.kind == "sign" and token.text not in "(),," for token in tokens) > MOST_SIGNS:
        raise error(_("Có quá %(most)d phép tính; hãy tách nhỏ.") % {"most": MOST_SIGNS}, 1)
    return tokens


def _read(text: str, error: type[ParseError]) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise error(_describe_unreadable(text, at), at + 1)
        at = found.end()
        kind = found.lastgroup
        value = found.group(kind) if kind else ""
        position = found.start() + 1
        match kind:
            case "number" | "name" | "question":
                yield Token(kind, value, position)
            case "text":
                yield Token("text", value[1:-1], position)
            case "sign":
                yield Token("sign", _SAME_SIGN.get(value, value), position)
    yield Token("end", "", len(text) + 1)


def _describe_unreadable(text: str, at: int) -> str:
    where = {"position": at + 1, "found": text[at]}
    if text[at] == "$":
        return _("Ký tự thứ %(position)d: câu hỏi phải viết dạng ${ten_cau_hoi}, không dấu tiếng Việt.") % where
    if text[at] in "'\"‘’“”":
        return _("Ký tự thứ %(position)d: thiếu dấu nháy đóng.") % where
    return _("Ký tự thứ %(position)d: không hiểu “%(found)s”.") % where


class Parser:
    """Walks over the tokens; the languages' grammars derive from it."""

    def __init__(self, text: str, error: type[ParseError]) -> None:
        self.error = error
        self.tokens = read_tokens(text, error)
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def take_sign(self, *signs: str) -> Token | None:
        if self.token.kind == "sign" and self.token.text in signs:
            return self.take()
        return None

    def take_word(self, *words: str) -> Token | None:
        if self.token.kind == "name" and self.token.text in words:
            return self.take()
        return None

    def expect_sign(self, sign: str) -> Token:
        token = self.take_sign(sign)
        if token is None:
            raise self.unexpected(f"“{sign}”")
        return token

    def enter(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(_("Lồng quá nhiều ngoặc; hãy tách nhỏ."), self.token.position)

    def leave(self) -> None:
        self.depth -= 1

    def unexpected(self, allowed: str) -> ParseError:
        """The sentence: what was found where, and what may stand there."""
        token = self.token
        sentence = _("Ký tự thứ %(position)d: gặp %(found)s, ở đây phải là %(allowed)s.") % {
            "position": token.position,
            "found": token.describe(),
            "allowed": allowed,
        }
        if token.text == "," and self.at and self.tokens[self.at - 1].kind == "number":
            sentence += " " + _("Số thập phân viết bằng dấu chấm, ví dụ 0.5.")
        return self.error(sentence, token.position)

    def has_more(self) -> bool:
        return self.token.kind != "end"


def read_number(token: Token) -> Decimal:
    return Decimal(token.text)
