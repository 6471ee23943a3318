"""Files that come with documents: what they are, a name that does no harm, and the words in them."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _
from lxml import etree

from caunoi.documents.errors import DocumentFileRefused
from caunoi.documents.pictures import clean_picture
from caunoi.vietnamese_text import clean

MEGABYTE = 1024 * 1024
LARGEST_FILE = 40 * MEGABYTE
LARGEST_UNPACKED = 400 * MEGABYTE
MOST_TEXT = 400_000
LONGEST_NAME = 120
SECONDS_TO_READ = 20

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "tif": "image/tiff",
    "txt": "text/plain; charset=utf-8",
}
_SAME = {"jpeg": "jpg", "tiff": "tif"}
ACCEPTED = tuple(f".{one}" for one in (*MEDIA_TYPES, *_SAME))
# What computers run when it is opened: as the last ending never kept, before the last one made harmless.
_PROGRAMS = frozenset(
    """exe com scr pif bat cmd msi msp vbs vbe js jse wsf wsh hta ps1 psm1 jar lnk reg cpl dll sh app apk dmg iso img
    chm docm dotm xlsm xltm pptm html htm svg xml php py url""".split()  # noqa: SIM905 - a list of these is unreadable
)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS_WITH_TEXT = re.compile(r"word/(document|footnotes|endnotes|header\d*|footer\d*)\.xml")


@dataclass(frozen=True)
class PreparedFile:
    """A file that may be kept. `text`: its words as they stand, empty where none can be read. `note`: what was
    changed about it, for whoever brought it."""

    name: str
    content: bytes
    media_type: str
    text: str = ""
    note: str = ""


def prepare_file(name: str, content: bytes) -> PreparedFile:
    """Raises DocumentFileRefused. What a file is, its content says; its name only has to agree."""
    shown = clean_name(name)
    if not content:
        raise DocumentFileRefused(_("Tệp “%(name)s” trống.") % {"name": shown})
    if len(content) > LARGEST_FILE:
        raise DocumentFileRefused(_("Tệp “%(name)s” lớn quá 40 MB.") % {"name": shown})
    stem, ending = _split(shown)
    if ending in _PROGRAMS:
        sentence = _(
            "Tệp “%(name)s” có đuôi .%(ending)s là loại tệp chạy được trên máy, dù tên giả như văn bản; không nhận. "
            "Hãy gửi bản PDF, Word .docx hoặc ảnh chụp."
        )
        raise DocumentFileRefused(sentence % {"name": shown, "ending": ending})
    kind = _recognise(shown, content)
    notes = []
    if ending and kind != ending:
        sentence = _("Tệp “%(name)s” thực ra là .%(kind)s nên được lưu với đuôi đó.")
        notes.append(sentence % {"name": shown, "kind": kind})
        stem = shown if ending not in MEDIA_TYPES else stem
    safe = _harmless_stem(stem)
    if safe != stem:
        notes.append(_("Tên tệp “%(name)s” có đuôi kép nên được đổi thành “%(safe)s”.") % {"name": shown, "safe": safe})
    if kind in ("jpg", "png", "webp"):
        picture = clean_picture(content)
        if picture is None:
            raise DocumentFileRefused(_("Không mở được ảnh “%(name)s”: tệp hỏng hoặc quá lớn.") % {"name": shown})
        content = picture.content
    name = f"{safe[: LONGEST_NAME - 5].rstrip('. ')}.{kind}"
    return PreparedFile(name, content, MEDIA_TYPES[kind], read_text(kind, content), " ".join(notes))


def clean_name(name: str) -> str:
    """Without folders, marks of control and direction (which turn `fdp.exe` round on the screen), odd signs."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(one for one in clean(last) if one.isprintable() and one not in '<>:"|?*')
    return plain.strip(". ")[-200:] or "van-ban"


def _split(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", ending, re.ASCII):
        return name, ""
    return stem.rstrip(". ") or "van-ban", _SAME.get(ending.lower(), ending.lower())


def _harmless_stem(stem: str) -> str:
    """`bao-cao.exe` before `.pdf` becomes `bao-cao_exe`; a file kind in the middle of the name too."""
    first, *others = stem.split(".")
    known = _PROGRAMS | MEDIA_TYPES.keys() | _SAME.keys()
    made = first
    for part in others:
        made += ("_" if part.strip().lower() in known else ".") + part
    return made


# ---- What a file is -------------------------------------------------------------------------------------------------


def _recognise(name: str, content: bytes) -> str:
    if content[:5] == b"%PDF-":
        return "pdf"
    if content[:2] == b"PK":
        return _recognise_office(name, content)
    for kind, signs in (
        ("jpg", (b"\xff\xd8\xff",)), ("png", (b"\x89PNG\r\n\x1a\n",)), ("tif", (b"II*\0", b"MM\0*")),
    ):  # fmt: skip
        if content.startswith(signs):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        sentence = _("Tệp “%(name)s” là dạng Office cũ, có thể chứa macro. Hãy lưu lại thành .docx hoặc PDF.")
        raise DocumentFileRefused(sentence % {"name": name})
    if _split(name)[1] == "txt" and _read_plain(content) is not None:
        return "txt"
    sentence = _(
        "Nội dung tệp “%(name)s” không phải là loại văn bản nhận được ở đây. Hãy gửi PDF, Word .docx, Excel .xlsx, ảnh "
        "hoặc văn bản .txt."
    )
    raise DocumentFileRefused(sentence % {"name": name})


def _recognise_office(name: str, content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            parts = {one.filename: one for one in file.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        parts = {}
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        sentence = _("Tệp “%(name)s” có macro nên không nhận. Hãy lưu lại thành .docx hoặc .xlsx không có macro.")
        raise DocumentFileRefused(sentence % {"name": name})
    if sum(one.file_size for one in parts.values()) > LARGEST_UNPACKED:
        raise DocumentFileRefused(_("Tệp “%(name)s” giải nén ra quá lớn nên không nhận.") % {"name": name})
    if "[Content_Types].xml" in parts:
        if "word/document.xml" in parts:
            return "docx"
        if "xl/workbook.xml" in parts:
            return "xlsx"
    sentence = _("Tệp “%(name)s” là tệp nén hoặc hỏng, không phải văn bản. Hãy giải nén rồi gửi từng văn bản.")
    raise DocumentFileRefused(sentence % {"name": name})


# ---- The words in it ------------------------------------------------------------------------------------------------


def read_text(kind: str, content: bytes) -> str:
    """At most `MOST_TEXT` characters; empty where nothing can be read (a scan, a broken file, no
    `pdftotext` installed)."""
    match kind:
        case "docx":
            return _read_docx(content)
        case "pdf":
            return _read_pdf(content)
        case "txt":
            return clean(_read_plain(content) or "")[:MOST_TEXT]
        case _:
            return ""


def _read_plain(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _read_docx(content: bytes) -> str:
    pieces: list[str] = []
    length = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            for part in file.namelist():
                if not _PARTS_WITH_TEXT.fullmatch(part):
                    continue
                with file.open(part) as stream:
                    # Paragraph by paragraph: a part may be a hundred megabytes of nothing.
                    for _event, paragraph in etree.iterparse(
                        stream, tag=f"{_WORD}p", resolve_entities=False, no_network=True
                    ):
                        text = "".join(run.text or "" for run in paragraph.iter(f"{_WORD}t"))
                        pieces.append(text)
                        length += len(text)
                        paragraph.clear()
                        if length > MOST_TEXT:
                            return clean(" ".join(pieces))[:MOST_TEXT]
    except (zipfile.BadZipFile, etree.LxmlError, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        # What a broken or sealed file raises; it is kept all the same, and found by its title.
        pass
    return clean(" ".join(pieces))[:MOST_TEXT]


def _read_pdf(content: bytes) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, "-enc", "UTF-8", "-nopgbrk", "-q", "-", "-"],
            input=content, capture_output=True, timeout=SECONDS_TO_READ, check=False,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return clean(done.stdout.decode("utf-8", "replace"))[:MOST_TEXT]
