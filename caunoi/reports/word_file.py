"""A .docx from outside, opened with care, and the figures' list carried inside it.

A Word file is a zip of XML. Nothing here trusts it: sizes are bounded before anything is unpacked, entities are never
expanded, and the order and cutting of runs is whatever Word or LibreOffice made of it.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _
from lxml import etree

from caunoi.reports.errors import NotAReport
from caunoi.reports.rules.manifest import Found
from caunoi.unpacking import check_sizes, read_part

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_BYTES = 60_000_000
MOST_UNPACKED = 300_000_000
MOST_PARTS = 3_000
# One part as XML takes many times its size in memory; the longest of our reports has 3 MB.
MOST_XML = 40_000_000

MANIFEST_NAMESPACE = "urn:caunoi:report-manifest:1"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/"
_DATA_STORE = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
_DAMAGED = (
    zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, EOFError, ValueError, NotImplementedError, OSError, zlib.error,
)  # fmt: skip
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")
_ITEM = re.compile(r"customXml/item\d+\.xml")
_REF = re.compile(r"/figures/([A-Za-z0-9_-]+=*)/?$")


@dataclass(frozen=True)
class Envelope:
    """The list as it lies in the file: its compressed bytes as text, who signed, and the signature."""

    key: str
    signature: str
    payload: str


class WordFile:
    """A .docx opened for reading. Raises NotAReport with a sentence for whatever is not one."""

    def __init__(self, content: bytes) -> None:
        if len(content) > MOST_BYTES:
            raise NotAReport(_("Tệp lớn hơn 60 MB nên không mở. Báo cáo do hệ thống lập ra không lớn như vậy."))
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            infos = self._zip.infolist()
            # Checked before unpacking: a small file can be made to unpack into terabytes.
            if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
                raise NotAReport(_("Tệp này mở ra quá lớn, không giống một tệp Word bình thường, nên không mở."))
            check_sizes(self._zip)
            self.document = self._xml("word/document.xml")
            self._targets = dict(self._read_targets())
        except _DAMAGED as error:
            raise NotAReport(
                _("Đây không phải là tệp Word .docx, hoặc tệp bị hỏng. Hãy chọn đúng tệp báo cáo đã tải về.")
            ) from error
        except RuntimeError as error:  # zipfile's word for a part that is encrypted
            raise NotAReport(_("Tệp có mật khẩu nên không đọc được. Hãy bỏ mật khẩu rồi thử lại.")) from error

    def _xml(self, name: str) -> Any:
        if self._zip.getinfo(name).file_size > MOST_XML:
            raise NotAReport(_("Tệp này mở ra quá lớn, không giống một tệp Word bình thường, nên không mở."))
        return etree.fromstring(read_part(self._zip, name), etree.XMLParser(resolve_entities=False, no_network=True))

    def _read_targets(self) -> Iterator[tuple[str, str]]:
        if "word/_rels/document.xml.rels" in self._zip.namelist():
            for relation in self._xml("word/_rels/document.xml.rels"):
                yield relation.get("Id", ""), relation.get("Target", "")

    def find_envelope(self) -> Envelope | None:
        """The list of figures, in whichever custom XML part Word or LibreOffice has put it."""
        for name in self._zip.namelist():
            if _ITEM.fullmatch(name):
                try:
                    root = self._xml(name)
                except etree.XMLSyntaxError:
                    continue
                if root.tag == f"{{{MANIFEST_NAMESPACE}}}manifest":
                    return Envelope(root.get("key", ""), root.get("signature", ""), root.text or "")
        return None

    def list_links(self) -> list[Found]:
        """Links to figures in reading order, with the words a reader sees.

        A word processor may cut a link into several with the same address, or keep it as a field; neighbours in one
        paragraph with nothing between them are one.
        """
        return [Found(ref, text) for ref, text in self._walk() if ref]

    def list_coverage(self) -> list[Found]:
        """Links to pages of coverage in reading order: their address, and the words a reader sees."""
        found: list[Found] = []
        last = None
        for link in self.document.iter(f"{W}hyperlink"):
            address = self._targets.get(link.get(f"{R}id", ""), "")
            if "/coverage/?" in address:
                text = unicodedata.normalize("NFC", "".join(node.text or "" for node in link.iter(f"{W}t")))
                if last is not None and link.getprevious() is last and found[-1].ref == address:
                    found[-1] = Found(address, found[-1].text + text)  # one that a word processor has cut
                else:
                    found.append(Found(address, text))
                last = link
        return found

    def list_pictures(self) -> set[str]:
        """The hashes of all pictures in the file."""
        names = [name for name in self._zip.namelist() if name.startswith("word/media/")]
        return {hashlib.sha256(read_part(self._zip, name)).hexdigest() for name in names}

    def words(self) -> str:
        """All words outside the links to figures."""
        return "".join(text for ref, text in self._walk() if not ref)

    def sentences(self) -> list[str]:
        """The sentences of all paragraphs, a figure in them as `#`: whatever its value, the sentence is the same."""
        found = []
        for paragraph in self.document.iter(f"{W}p"):
            text, before = "", ""
            for ref, piece in self._pieces(paragraph):
                text += piece if not ref else "" if ref == before else "#"
                before = ref
            found += [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]
        return found

    @property
    def has_tracked_changes(self) -> bool:
        return next(self.document.iter(f"{W}ins", f"{W}del", f"{W}moveFrom", f"{W}moveTo"), None) is not None

    @property
    def has_macros(self) -> bool:
        return any(name.endswith(("vbaProject.bin", "vbaData.xml")) for name in self._zip.namelist())

    def _walk(self) -> Iterator[tuple[str, str]]:
        for paragraph in self.document.iter(f"{W}p"):
            ref, text = "", ""
            for piece_ref, piece in self._pieces(paragraph):
                if piece_ref != ref and text:
                    yield ref, text
                    text = ""
                ref, text = piece_ref, text + piece
            if text:
                yield ref, text

    def _pieces(self, paragraph: Any) -> Iterator[tuple[str, str]]:
        """(ref or '', words) of each text of a paragraph. Deleted text of tracked changes (w:delText) is not text."""
        fields: list[list[str]] = []  # complex fields that are open: [instruction, "result" once past the separator]
        for node in paragraph.iter(f"{W}t", f"{W}fldChar", f"{W}instrText"):
            owner = next((a for a in node.iterancestors(f"{W}p")), None)
            if owner is not paragraph:
                continue  # a text box inside the paragraph has paragraphs of its own
            if node.tag == f"{W}fldChar":
                match node.get(f"{W}fldCharType"):
                    case "begin":
                        fields.append([""])
                    case "end" if fields:
                        fields.pop()
            elif node.tag == f"{W}instrText":
                if fields:
                    fields[-1][0] += node.text or ""
            elif node.text:
                yield self._ref_of(node, fields), unicodedata.normalize("NFC", node.text)

    def _ref_of(self, node: Any, fields: list[list[str]]) -> str:
        for ancestor in node.iterancestors(f"{W}hyperlink", f"{W}fldSimple"):
            address = self._targets.get(ancestor.get(f"{R}id", ""), "") or ancestor.get(f"{W}instr", "")
            if ref := find_ref(address):
                return ref
        for (instruction,) in fields:
            if ref := find_ref(instruction):
                return ref
        return ""


def find_ref(address: str) -> str:
    """The ref in a figure's address, or in a field's `HYPERLINK "address"`; blank if it is no figure's."""
    quoted = re.match(r'\s*HYPERLINK\s+"([^"]+)"', address)
    path = urlsplit(quoted.group(1) if quoted else address).path
    found = _REF.search(unquote(path))
    return found.group(1) if found else ""


def attach(content: bytes, envelope: Envelope) -> bytes:
    """The same document with the list of figures as a custom XML part, which Word and LibreOffice keep when saving; in
    the place of an earlier list, if it carries one."""
    import docx  # noqa: PLC0415 - only who writes files needs it: reading is done in half its time

    document = docx.Document(io.BytesIO(content))
    package = document.part.package
    root = etree.Element(f"{{{MANIFEST_NAMESPACE}}}manifest", nsmap={"caunoi": MANIFEST_NAMESPACE})
    root.set("key", envelope.key)
    root.set("signature", envelope.signature)
    root.text = envelope.payload
    standing = _find_item(package)
    if standing is not None:
        standing._blob = _bytes(root)
    else:
        _add_item(document, package, root)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _find_item(package: Any) -> Any:
    from docx.opc.part import Part  # noqa: PLC0415 - as above

    for part in package.iter_parts():
        if _ITEM.fullmatch(str(part.partname).lstrip("/")) and type(part) is Part:
            try:
                root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            except etree.XMLSyntaxError:
                continue
            if root.tag == f"{{{MANIFEST_NAMESPACE}}}manifest":
                return part
    return None


def _add_item(document: Any, package: Any, root: Any) -> None:
    from docx.opc.packuri import PackURI  # noqa: PLC0415 - as above
    from docx.opc.part import Part  # noqa: PLC0415 - as above

    taken = {str(part.partname) for part in package.iter_parts()}
    number = next(n for n in count(1) if f"/customXml/item{n}.xml" not in taken)
    item = Part(PackURI(f"/customXml/item{number}.xml"), "application/xml", _bytes(root), package)
    properties = etree.Element(f"{{{_DATA_STORE}}}datastoreItem", nsmap={"ds": _DATA_STORE})
    properties.set(f"{{{_DATA_STORE}}}itemID", "{6B0E2C54-93F1-4B7B-9C55-6D1C7A5E0C11}")
    references = etree.SubElement(properties, f"{{{_DATA_STORE}}}schemaRefs")
    etree.SubElement(references, f"{{{_DATA_STORE}}}schemaRef").set(f"{{{_DATA_STORE}}}uri", MANIFEST_NAMESPACE)
    media_type = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    described = Part(PackURI(f"/customXml/itemProps{number}.xml"), media_type, _bytes(properties), package)
    item.relate_to(described, f"{_OFFICE}relationships/customXmlProps")
    document.part.relate_to(item, f"{_OFFICE}relationships/customXml")


def _bytes(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
