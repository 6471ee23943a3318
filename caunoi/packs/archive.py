"""A pack sent through the web page: a zip of its folder, unpacked with care into a folder of its own."""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from caunoi.packs.rules.registers import MEDIA_TYPES
from caunoi.refusals import FileRefused, Mistake

LARGEST = 50 * 1024 * 1024
MOST_FILES = 500
SUFFIXES = frozenset({".toml", ".csv", ".md", ".xlsx", ".xls", ".docx", ".txt", *MEDIA_TYPES})
_LEFT_ALONE = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


@contextmanager
def read_pack_zip(content: bytes) -> Iterator[Path]:
    """The unpacked folder, gone when the context ends. Raises FileRefused for anything that is no plain pack."""
    with tempfile.TemporaryDirectory(prefix="caunoi-pack-") as folder:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                _unpack(archive, Path(folder))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, UnicodeDecodeError):
            raise _refused([Mistake("", "", 0, "", _("Tệp .zip hỏng hoặc bị cắt cụt."))]) from None
        yield Path(folder)


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    members = [one for one in archive.infolist() if not one.is_dir() and not _is_left_alone(one.filename)]
    mistakes = [Mistake(one.filename, "", 0, "", sentence) for one in members if (sentence := _find_fault(one))]
    if not members:
        mistakes.append(Mistake("", "", 0, "", _("Tệp .zip trống.")))
    if len(members) > MOST_FILES:
        mistakes.append(Mistake("", "", 0, "", _("Tệp .zip có quá %(most)d tệp.") % {"most": MOST_FILES}))
    # What the directory of the archive says may be a lie; reading stops at the limit whatever it says.
    if sum(one.file_size for one in members) > LARGEST:
        mistakes.append(Mistake("", "", 0, "", _("Gói giải nén ra lớn quá 50 MB.")))
    if mistakes:
        raise _refused(mistakes)
    top = _top_folder(members)
    left = LARGEST
    for member in members:
        path = folder.joinpath(*PurePosixPath(member.filename).parts[len(top.parts) :])
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as packed:
            unpacked = packed.read(left + 1)
        left -= len(unpacked)
        if left < 0:
            raise _refused([Mistake("", "", 0, "", _("Gói giải nén ra lớn quá 50 MB."))])
        path.write_bytes(unpacked)


def _is_left_alone(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part in _LEFT_ALONE or part.startswith(("~$", "._")) for part in parts)


def _find_fault(member: zipfile.ZipInfo) -> str | None:
    path = PurePosixPath(member.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename:
        return _("Đường dẫn không an toàn.")
    if member.flag_bits & 0x1:
        return _("Tệp có mật khẩu; hãy nén lại không đặt mật khẩu.")
    mode = member.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        return _("Đây không phải là tệp thường.")
    if path.suffix.lower() not in SUFFIXES and path.suffix:
        return _("Loại tệp này không thuộc một gói.")
    return None


def _top_folder(members: list[zipfile.ZipInfo]) -> PurePosixPath:
    """The folder all files lie in, if the whole folder was zipped rather than what is in it."""
    firsts = {PurePosixPath(one.filename).parts[0] for one in members}
    inside = all(len(PurePosixPath(one.filename).parts) > 1 for one in members)
    alone = len(firsts) == 1 and inside and firsts.isdisjoint({"forms", "reports"})
    return PurePosixPath(firsts.pop()) if alone else PurePosixPath()


def _refused(mistakes: list[Mistake]) -> FileRefused:
    return FileRefused(_("Không mở được gói này nên chưa nạp gì cả."), mistakes)
