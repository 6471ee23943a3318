"""Files of entries: pictures and PDF, without what says who made them, so that judges learn nothing from them.

A PDF is changed in place and keeps its length, since its parts are found by their position: texts in its list of
properties and its XMP packet become blanks. What cannot be reached that way (properties in compressed objects,
encrypted files, digital signatures) is refused with what to do about it. What stands on the pages is the organiser's
to look at.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from caunoi.contests.errors import ContestInvalid
from caunoi.documents.uploads import MEDIA_TYPES, MEGABYTE, PreparedFile, prepare_file

ENDINGS = ("pdf", "jpg", "png", "webp")
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.webp"
LARGEST_FILE = 20 * MEGABYTE
MOST_FILES = 10
_LARGEST_STREAM = 8 * MEGABYTE
_MOST_STREAMS = 2_000

_PROPERTY = rb"/(?:Author|Creator|Producer|Title|Subject|Keywords|Company|Manager|LastModifiedBy|SourceModified)"
_VALUE = re.compile(_PROPERTY + rb"\s*([(<])")
_ELSEWHERE = re.compile(_PROPERTY + rb"\s+\d+\s+\d+\s+R\b")
_ANYWHERE = re.compile(_PROPERTY + rb"\s*(?:\([^)]|<[0-9A-Fa-f])")
_XMP = re.compile(rb"<\?xpacket begin=.*?<\?xpacket end=.{0,8}\?>", re.DOTALL)
_COMPRESSED = re.compile(rb"/Type\s*/(?:ObjStm|Metadata)\b")


def prepare_entry_file(name: str, content: bytes) -> PreparedFile:
    """Raises DocumentFileRefused, and ContestInvalid for what an entry cannot hold."""
    if len(content) > LARGEST_FILE:
        raise ContestInvalid(_("Tệp bài dự thi lớn quá 20 MB. Hãy giảm cỡ ảnh hoặc chia làm nhiều tệp."))
    file = prepare_file(name, content)
    if file.media_type not in {MEDIA_TYPES[one] for one in ENDINGS}:
        raise ContestInvalid(_("Bài dự thi là ảnh hoặc PDF. Hãy lưu bài thành PDF rồi nộp lại."))
    if file.media_type != MEDIA_TYPES["pdf"]:
        return file
    return replace(file, content=blank_properties(file.content), text="")


def blank_properties(content: bytes) -> bytes:
    """The same PDF, as long as before. Raises ContestInvalid where somebody's name may stay in it."""
    if b"/Encrypt" in content:
        raise ContestInvalid(_("Tệp PDF đặt mật khẩu hoặc bị khóa. Hãy bỏ khóa, hoặc in ra PDF mới rồi nộp lại."))
    if b"/ByteRange" in content:
        raise ContestInvalid(_("Tệp PDF có chữ ký số nên lộ người ký. Hãy in ra PDF mới rồi nộp lại."))
    made = bytearray(content)
    for found in _VALUE.finditer(content):
        start = found.end()
        end = _end_of_text(content, start, found[1])
        made[start:end] = b" " * (end - start)
    for packet in _XMP.finditer(content):
        made[packet.start() : packet.end()] = b" " * (packet.end() - packet.start())
    named = _ELSEWHERE.search(content) or any(_ANYWHERE.search(one) or _XMP.search(one) for one in _unpack(content))
    if named:
        raise ContestInvalid(_("Tệp PDF có ghi tên người làm ở chỗ không gỡ được. Hãy in ra PDF mới rồi nộp lại."))
    return bytes(made)


def _end_of_text(content: bytes, start: int, opened: bytes) -> int:
    """Where the bracket closes: brackets inside a text come in pairs, or behind a backslash."""
    if opened == b"<":
        return max(content.find(b">", start), start)
    depth, at = 1, start
    while at < len(content):
        sign = content[at : at + 1]
        if sign == b"\\":
            at += 1
        elif sign == b"(":
            depth += 1
        elif sign == b")":
            depth -= 1
            if not depth:
                return at
        at += 1
    return start


def _unpack(content: bytes) -> Iterator[bytes]:
    """What compressed objects hold; no more of each than such a list can be, whatever it unpacks to."""
    for count, found in enumerate(_COMPRESSED.finditer(content)):
        begins = content.find(b"stream", found.end())
        if begins < 0 or count >= _MOST_STREAMS:
            return
        packed = content[begins + len(b"stream") :].lstrip(b"\r\n")
        try:
            yield zlib.decompressobj().decompress(packed, _LARGEST_STREAM)
        except zlib.error:
            continue  # not compressed this way; what is plain was blanked above
