"""Filled instances of a form as XML, and back: what phones and browsers send, and what a spreadsheet's row becomes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from lxml import etree

from caunoi.forms.errors import InstanceRefused
from caunoi.forms.rules.questions import Branch, Question, clean_answer, list_answered_files, outline

MAX_BYTES = 10 * 1024 * 1024
MAX_INSTANCE_ID = 64
_XFORMS = "http://www.w3.org/2002/xforms"


@dataclass(frozen=True)
class Instance:
    """A parsed instance. `answers`: question name -> text, missing ones absent; repeats: name -> list of such dicts.

    `files`: names of the photos and other files it announces. `unknown`: elements that the form does not have.
    """

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    answers: dict[str, Any]
    files: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def build_instance(
    branch: Branch, form_id: str, version: str, instance_id: str, answers: Mapping[str, Any], deprecated_id: str = ""
) -> str:
    """The XML a device would have sent. The answers must be clean text (`clean_answer`)."""
    parts = [f"<{branch.name} id={quoteattr(form_id)} version={quoteattr(version)}>"]
    _write(branch, answers, parts)
    deprecated = f"<deprecatedID>{escape(deprecated_id)}</deprecatedID>" if deprecated_id else ""
    parts.append(f"<meta><instanceID>{escape(instance_id)}</instanceID>{deprecated}</meta></{branch.name}>")
    return "".join(parts)


def _write(branch: Branch, answers: Mapping[str, Any], parts: list[str]) -> None:
    for child in branch.children:
        if isinstance(child, Question):
            value = answers.get(child.name)
            element = child.element
            if not value:
                parts.append(f"<{element}/>")
            else:
                # Most answers are numbers, and a name has nothing to escape either.
                parts.append(f"<{element}>{value if value.isalnum() else escape(value)}</{element}>")
            continue
        for row in (answers.get(child.name) or ()) if child.repeats else (answers,):
            parts.append(f"<{child.name}>")
            _write(child, row, parts)
            parts.append(f"</{child.name}>")


@dataclass(frozen=True)
class Identity:
    """`root`, `audit`: of the XML as parsed, for `read_instance`."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    root: Any = field(repr=False, compare=False)
    audit: str = field(repr=False, compare=False)


def read_identity(xml: bytes) -> Identity:
    """What a sending says it is, before its form is known. Raises InstanceRefused."""
    root = _parse(xml)
    meta = _meta(root)
    _check_identity(meta)
    return Identity(
        root.get("id") or "",
        root.get("version") or "",
        meta["instanceID"],
        meta.get("deprecatedID", ""),
        root,
        meta.get("audit", ""),
    )


def read_head(xml: bytes) -> tuple[str, str]:
    """(form id, version) of an instance, before its form is known. Raises InstanceRefused."""
    root = _parse(xml)
    return _local(root.get("id") or ""), root.get("version") or ""


def parse_instance(xml: bytes, questions: Sequence[Question]) -> Instance:
    """Answers of an instance. Unknown elements are passed over (the bytes are kept as they came).

    NaN counts as missing (browsers compute it from blank answers). Raises InstanceRefused with a sentence.
    """
    return read_instance(read_identity(xml), questions)


def read_instance(identity: Identity, questions: Sequence[Question]) -> Instance:
    """As `parse_instance`, of what was parsed to know its form: a door that takes hundreds a second parses once."""
    unknown: dict[str, None] = {}
    branch = outline(questions)
    answers = _read(branch, identity.root, unknown)
    unknown.pop("meta", None)
    # Collect's record of who touched what, and when, comes as a file beside the answers.
    files = [*list_answered_files(branch, answers), *filter(None, [clean_answer(identity.audit)])]
    return Instance(
        identity.form_id,
        identity.version,
        identity.instance_id,
        identity.deprecated_id,
        answers,
        tuple(files),
        tuple(unknown),
    )


def _check_identity(meta: Mapping[str, str]) -> None:
    if not meta.get("instanceID"):
        raise InstanceRefused(
            _("Bản gửi thiếu mã nhận dạng (instanceID) nên không nhận được. Hãy mở lại biểu mẫu và gửi lại.")
        )
    if max(len(meta["instanceID"]), len(meta.get("deprecatedID", ""))) > MAX_INSTANCE_ID:
        raise InstanceRefused(_("Mã nhận dạng của bản gửi dài quá %(count)d ký tự.") % {"count": MAX_INSTANCE_ID})


def _parse(xml: bytes) -> Any:
    if len(xml) > MAX_BYTES:
        raise InstanceRefused(_("Bản gửi lớn hơn 10 MB. Hãy gửi riêng ảnh và tệp đính kèm."))
    # No entities, no DTD, no network: an instance needs none, an attack does.
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        xml.decode()
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InstanceRefused(_("Bản gửi không phải là XML đọc được (%(why)s).") % {"why": error}) from None
    if _has_doctype(root):
        raise InstanceRefused(_("Bản gửi chứa khai báo DOCTYPE, vốn không được phép trong bản ghi."))
    return root


def _has_doctype(root: Any) -> bool:
    return bool(root.getroottree().docinfo.doctype)


def _meta(root: Any) -> dict[str, str]:
    for child in root:
        if _local(child.tag) == "meta":
            return {_local(leaf.tag): (leaf.text or "").strip() for leaf in child}
    return {}


def _read(branch: Branch, node: Any, unknown: dict[str, None]) -> dict[str, Any]:
    elements: dict[str, list[Any]] = {}
    for child in node:
        elements.setdefault(_local(child.tag), []).append(child)
    for name in elements.keys() - {part.element for part in branch.children}:
        # A group without questions is no part of the outline, and says nothing.
        if any("".join(one.itertext()).strip() for one in elements[name]):
            unknown[name] = None
    answers: dict[str, Any] = {}
    for part in branch.children:
        found = elements.get(part.element, [])
        if isinstance(part, Question):
            if found and (text := normal_answer(part, "".join(found[0].itertext()))):
                answers[part.name] = text
        elif part.repeats:
            rows = [
                _read(part, one, unknown) for one in found if not any(_local(name) == "template" for name in one.attrib)
            ]
            if rows := [row for row in rows if row]:
                answers[part.name] = rows
        elif found:
            answers |= _read(part, found[0], unknown)
    return answers


def normal_answer(question: Question, text: str) -> str:
    """One spelling per value: NaN is nothing; `3.26E7` and `12.0` from devices become `32600000` and `12`."""
    if text.isascii() and text.isdigit() and (text[0] != "0" or question.type == "integer" or len(text) == 1):
        return text
    value = clean_answer(text)
    if value in ("NaN", "Infinity", "-Infinity"):
        return ""
    if question.type in ("decimal", "range", "integer") and re.fullmatch(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?", value):
        return plain_number(value, keep=question.type == "integer")
    return value


def plain_number(value: str, *, keep: bool = False) -> str:
    """Without exponent and needless zeros; what it was if it is no sensible number. `keep`: plain digits stay."""
    if keep and value.isascii() and value.isdigit():
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or not -30 < number.adjusted() < 30:
        return value
    return format(number.normalize() + 0, "f")


def prefilled_xform(xform: str, values: Mapping[str, str]) -> str:
    """The XForm with these answers already in its primary instance; names that are not in it are passed over."""
    root = etree.fromstring(xform.encode())
    primary = root.find(f".//{{{_XFORMS}}}model/{{{_XFORMS}}}instance")
    if primary is None or len(primary) == 0:
        raise ValueError("the XForm has no primary instance")
    for leaf in primary[0].iter():
        if len(leaf) == 0 and (value := values.get(_local(leaf.tag))) is not None:
            leaf.text = value
    return etree.tostring(root, encoding="unicode")


def without_controls(xform: str, names: Collection[str]) -> str:
    """The XForm that does not show these questions; what stands in the instance for them is sent as it is."""
    root = etree.fromstring(xform.encode())
    for control in list(root.iter(f"{{{_XFORMS}}}input", f"{{{_XFORMS}}}select1")):
        parent = control.getparent()
        if parent is not None and control.get("ref", "").rpartition("/")[2] in names:
            parent.remove(control)
    return etree.tostring(root, encoding="unicode")


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]
