"""What the QR code of a paper says: the award's key, which server's key signed it, and the signature."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_CODE = re.compile(r"([A-Za-z0-9_-]{16,32})\.([0-9a-f]{16})\.([A-Za-z0-9_=-]{80,100})", re.ASCII)
_TO_ADDRESS, _FROM_ADDRESS = str.maketrans("+/", "-_"), str.maketrans("-_", "+/")


class Standing(Enum):
    VALID = "valid"
    WITHDRAWN = "withdrawn"
    OTHER_SERVER = "other-server"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Code:
    """`signature`: base64, as the server's key gives it."""

    key: str
    signed_by: str
    signature: str

    def __str__(self) -> str:
        return f"{self.key}.{self.signed_by}.{self.signature.translate(_TO_ADDRESS)}"


def read_code(text: str) -> Code | None:
    """None: no paper of any such server says this."""
    found = _CODE.fullmatch(text.strip())
    return Code(found[1], found[2], found[3].translate(_FROM_ADDRESS)) if found else None


def signed_content(key: str) -> bytes:
    """Apart from everything else that the same key signs."""
    return f"caunoi award {key}".encode()


def judge_standing(*, is_ours: bool, holds: bool, is_kept: bool, is_withdrawn: bool) -> Standing:
    """A code that our key did not sign is nobody's, whatever it claims to be."""
    if not is_ours:
        return Standing.OTHER_SERVER
    if not holds or not is_kept:
        return Standing.UNKNOWN
    return Standing.WITHDRAWN if is_withdrawn else Standing.VALID
