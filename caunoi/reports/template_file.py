"""A template opened with care: what is no .docx, or would not fit into memory, is named before anything reads it."""

from __future__ import annotations

import io
import zipfile
import zlib
from functools import cache, lru_cache
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from caunoi.reports.rules.tags import Asked, read_tags
from caunoi.unpacking import check_sizes

MOST_BYTES = 30_000_000
MOST_UNPACKED = 300_000_000
MOST_PARTS = 3_000
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The container of .doc files, and of .docx files that have a password."""
NOT_OPENED = (
    OpcError, zipfile.BadZipFile, KeyError, ValueError, etree.LxmlError, OSError, EOFError, NotImplementedError,
    RuntimeError, zlib.error,
)  # fmt: skip


# A template comes from outside the program: no attribute of ours beyond the tags may be reached from it.
class _Environment(ImmutableSandboxedEnvironment):
    """Remembers the few texts it compiled last: a batch fills one template a hundred times."""

    def from_string(self, source: Any, globals: Any = None, template_class: Any = None) -> Template:
        return _compile(self, source)


@lru_cache(maxsize=24)
def _compile(environment: _Environment, source: str) -> Template:
    return super(_Environment, environment).from_string(source)


@cache
def make_environment() -> ImmutableSandboxedEnvironment:
    return _Environment(autoescape=True)


# Who makes a report checks a template and then reads its tags. Nobody changes what is handed out.
@lru_cache(maxsize=1)
def parse_template(content: bytes) -> nodes.Template:
    """Raises jinja2's TemplateSyntaxError, and what python-docx raises of a file that is no document. Heads and feet
    of pages are filled like the rest, so they are read with it."""
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    parts = [template.get_xml()]
    parts += [template.get_part_xml(part) for part in list_edges(template.docx)]
    return make_environment().parse("".join(template.patch_xml(xml) for xml in parts))


def list_edges(document: Any) -> list[Any]:
    """The heads and feet of pages, each once."""
    found = {
        relation.target_part.partname: relation.target_part
        for relation in document.part.rels.values()
        if relation.reltype in (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
    }
    return list(found.values())


def read_template_tags(content: bytes) -> Asked:
    return read_tags(parse_template(content))


def find_obstacle(content: bytes) -> str | None:
    """Why the bytes cannot be a template, in a sentence with its remedy; None if they open as a Word document."""
    if len(content) > MOST_BYTES:
        return _("Tệp lớn hơn %(most)d MB nên không mở. Hãy bỏ hoặc nén bớt hình ảnh trong mẫu.") % {
            "most": MOST_BYTES // 10**6
        }
    if content.startswith(OLD_WORD):
        return _("Đây là tệp Word đời cũ (.doc) hoặc tệp có mật khẩu. Hãy bỏ mật khẩu, lưu lại dạng .docx.")
    if content.startswith(b"{\\rtf"):
        return _("Đây là tệp RTF. Hãy mở bằng Word rồi lưu lại dạng .docx.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            infos = file.infolist()
            # Checked before unpacking: a small file can be made to unpack into terabytes.
            if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
                return _("Tệp này mở ra quá lớn, không giống một tệp Word bình thường, nên không mở.")
            if any(info.flag_bits & 1 for info in infos):
                return _("Tệp có mật khẩu nên không đọc được. Hãy bỏ mật khẩu rồi thử lại.")
            check_sizes(file)
            names = {info.filename for info in infos}
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                return _("Tệp có macro nên không nhận. Hãy lưu lại dạng .docx (Word Document, không có macro).")
            if "mimetype" in names and b"opendocument" in file.read("mimetype"):
                return _("Đây là tệp OpenDocument (.odt). Hãy lưu lại dạng .docx.")
            if b"macroEnabled" in file.read("[Content_Types].xml"):
                return _("Tệp có macro nên không nhận. Hãy lưu lại dạng .docx (Word Document, không có macro).")
        docx.Document(io.BytesIO(content))
    except NOT_OPENED:
        return _("Không mở được: đây không phải là tệp Word .docx, hoặc tệp hỏng.")
    return None
