"""What every room's refusals have in common: a code, a sentence for people, and where the mistake stands.

A refusal is expected: people make mistakes. Rooms derive their own in `errors.py`. Views and commands catch `Refusal`
in one place and show its sentence; anything else that is raised is a programmer's mistake and fails loudly.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from caunoi.sentences import gettext as _


class Refusal(Exception):
    """Something the product will not do, said in the user's language with its remedy.

    `code` is stable and documented (docs/errors.md); `sentence` names what and where, and what to do next.
    """

    code = "refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(Refusal):
    """The actor's roles do not reach this thing, or not for this step."""

    code = "not-allowed"


class NotFound(Refusal):
    """There is no such thing, or the reader may not know of it (the two are never told apart)."""

    code = "not-found"


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake in a file. Sorted by file, sheet, row and column; `value` is what stood there.

    `row` is the row's number as the spreadsheet program shows it (header = 1), 0 for the whole sheet or file.
    `allowed` says what would be accepted. `position` counts the characters of `value` from 1, where one of them shows
    the mistake; otherwise 0.
    """

    file: str
    sheet: str
    row: int
    column: str
    message: str
    value: str = ""
    allowed: str = ""
    position: int = 0

    def marked(self) -> tuple[str, str, str] | None:
        """`value` before, at and after the position; None where nothing (or something cut off) is pointed at."""
        if not 0 < self.position <= len(self.value):
            return None
        at = self.position - 1
        return self.value[:at], self.value[at], self.value[at + 1 :]


class FileRefused(Refusal):
    """A file with mistakes; all of them at once, and nothing of the file was loaded."""

    code = "file-refused"

    def __init__(self, sentence: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__(sentence)
        self.mistakes = sorted(mistakes)


def explain_os_error(error: OSError) -> str:
    """Why a file could not be read or written, or a machine not reached, for the middle of a sentence; systems say it
    in English. What is not known here stays as the system says it."""
    # Their numbers are not those of `errno`.
    if isinstance(error, socket.gaierror):
        return _("không tìm thấy máy nào tên như vậy")
    if isinstance(error, ssl.SSLError):
        return _("kết nối mã hóa không thành (%(detail)s)") % {"detail": getattr(error, "reason", None) or error}
    if isinstance(error, TimeoutError):
        return _("bên kia không trả lời")
    return _list_os_reasons().get(error.errno or 0) or error.strerror or str(error)


def find_os_reason(said: str) -> str:
    """The same where a library has put the system's words into its own, as databases do; empty where it has not."""
    words = said.lower()
    return next((ours for number, ours in _list_os_reasons().items() if os.strerror(number).lower() in words), "")


def _list_os_reasons() -> dict[int, str]:
    return {
        errno.ENOENT: _("không có tệp hoặc thư mục này"),
        errno.EISDIR: _("đây là thư mục, không phải tệp"),
        errno.ENOTDIR: _("một phần của đường dẫn không phải thư mục"),
        errno.EEXIST: _("đã có tệp hoặc thư mục mang tên này"),
        errno.ENAMETOOLONG: _("tên quá dài"),
        errno.EACCES: _("không có quyền"),
        errno.EPERM: _("không có quyền"),
        errno.EROFS: _("ổ đĩa chỉ cho đọc"),
        errno.ENOSPC: _("đĩa đã đầy"),
        errno.EDQUOT: _("đã hết phần đĩa được dùng"),
        errno.EIO: _("đĩa đọc hoặc ghi bị lỗi"),
        errno.EMFILE: _("đang mở quá nhiều tệp"),
        errno.ENFILE: _("đang mở quá nhiều tệp"),
        errno.ECONNREFUSED: _("bên kia không nhận kết nối"),
        errno.ECONNRESET: _("bên kia ngắt kết nối"),
        errno.EPIPE: _("bên kia ngắt kết nối"),
        errno.EHOSTUNREACH: _("không có đường mạng tới đó"),
        errno.ENETUNREACH: _("không có đường mạng tới đó"),
    }
