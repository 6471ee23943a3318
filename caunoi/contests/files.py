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
# What is looked into of one file at most: a few megabytes can unpack to gigabytes, or make us begin a million times,
# while everybody else waits.
_LARGEST_UNPACKED = 64 * MEGABYTE
_MOST_STREAMS = 2_000
_LONGEST_TEXT = 100_000
_CHUNK = 64 * 1024

_PROPERTY = rb"/(?:Author|Creator|Producer|Title|Subject|Keywords|Company|Manager|LastModifiedBy|SourceModified)"
_VALUE = re.compile(_PROPERTY + rb"\s*([(<])")
_ELSEWHERE = re.compile(_PROPERTY + rb"\s+\d+\s+\d+\s+R\b")
_ANYWHERE = re.compile(_PROPERTY + rb"\s*(?:\([^)]|<[0-9A-Fa-f])")
_XMP = b"<?xpacket begin="
_XMP_END = re.compile(rb"<\?xpacket end=.{0,8}\?>", re.DOTALL)
_BRACKETS = re.compile(rb"\\.|[()]", re.DOTALL)
_COMPRESSED = re.compile(rb"/Type\s*/(?:ObjStm|Metadata)\b")


def check_size(size: int) -> None:
    """To be asked before a file is read. Raises ContestInvalid."""
    if size > LARGEST_FILE:
        raise ContestInvalid(_("Tệp bài dự thi lớn quá 20 MB. Hãy giảm cỡ ảnh hoặc chia làm nhiều tệp."))


def prepare_entry_file(name: str, content: bytes) -> PreparedFile:
    """Raises DocumentFileRefused, and ContestInvalid for what an entry cannot hold."""
    check_size(len(content))
    file = prepare_file(name, content)
    if file.media_type not in {MEDIA_TYPES[one] for one in ENDINGS}:
        raise ContestInvalid(_("Bài dự thi là ảnh hoặc PDF. Hãy lưu bài thành PDF rồi nộp lại."))
    if file.media_type != MEDIA_TYPES["pdf"]:
        return file
    return replace(file, content=blank_properties(file.content), text="")


def blank_properties(content: bytes) -> bytes:
    """The same PDF, as long as before. Raises ContestInvalid where somebody's name may stay in it, and for one that
    would take too long to look through."""
    if b"/Encrypt" in content:
        raise ContestInvalid(_("Tệp PDF đặt mật khẩu hoặc bị khóa. Hãy bỏ khóa, hoặc in ra PDF mới rồi nộp lại."))
    if b"/ByteRange" in content:
        raise ContestInvalid(_("Tệp PDF có chữ ký số nên lộ người ký. Hãy in ra PDF mới rồi nộp lại."))
    made = bytearray(content)
    for start, end in _list_spans(content):
        made[start:end] = b" " * (end - start)
    if _ELSEWHERE.search(content) or any(_ANYWHERE.search(one) or _XMP in one for one in _unpack(content)):
        raise _unreachable()
    return bytes(made)


def _unreachable() -> ContestInvalid:
    return ContestInvalid(_("Tệp PDF có ghi tên người làm ở chỗ không gỡ được. Hãy in ra PDF mới rồi nộp lại."))


def _list_spans(content: bytes) -> Iterator[tuple[int, int]]:
    """From where to where something says who made the file. What never ends is refused at once: nobody knows where the
    name in it is over, and each further one would be looked for to the end of the file."""
    end = 0
    for found in _VALUE.finditer(content):
        if found.start() < end:
            continue  # inside the text before
        end = _end_of_text(content, found.end(), found[1])
        yield found.end(), end
    begins = content.find(_XMP)
    while begins >= 0:
        closed = _XMP_END.search(content, begins)
        if closed is None:
            raise _unreachable()
        yield begins, closed.end()
        begins = content.find(_XMP, closed.end())


def _end_of_text(content: bytes, start: int, opened: bytes) -> int:
    """Where the bracket closes: brackets inside a text come in pairs, or behind a backslash."""
    most = start + _LONGEST_TEXT
    if opened == b"<":
        end = content.find(b">", start, most)
        if end < 0:
            raise _unreachable()
        return end
    depth = 1
    for found in _BRACKETS.finditer(content, start, most):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    raise _unreachable()


def _unpack(content: bytes) -> Iterator[bytes]:
    """What compressed objects hold. Raises ContestInvalid where that is more than is looked into."""
    left, begun, begins = _LARGEST_UNPACKED, 0, -1
    for found in _COMPRESSED.finditer(content):
        if begins >= found.end():
            continue  # the same stream once more
        begins = content.find(b"stream", found.end())
        if begins < 0:
            return
        begun += 1
        unpacked = _inflate(memoryview(content)[begins + len(b"stream") :], left)
        left -= len(unpacked)
        if left < 0 or begun > _MOST_STREAMS:
            raise ContestInvalid(_("Tệp PDF giải nén ra quá lớn. Hãy in ra PDF mới rồi nộp lại."))
        yield unpacked


def _inflate(packed: memoryview, most: int) -> bytes:
    """At most a byte more than `most`; what can be read of something broken. Fed in small pieces: what is left over of
    a piece is copied, and behind a stream comes all the rest of the file."""
    skipped = next((at for at, sign in enumerate(packed[:4]) if sign not in b"\r\n"), 0)
    made, unpacking = bytearray(), zlib.decompressobj()
    for at in range(skipped, len(packed), _CHUNK):
        piece: bytes | memoryview = packed[at : at + _CHUNK]
        while piece and not unpacking.eof:
            try:
                made += unpacking.decompress(piece, most + 1 - len(made))
            except zlib.error:
                return bytes(made)  # not compressed this way; what is plain was blanked before
            if len(made) > most:
                return bytes(made)
            piece = unpacking.unconsumed_tail
        if unpacking.eof:
            break
    return bytes(made)
