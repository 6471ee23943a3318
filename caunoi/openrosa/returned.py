"""What an officer sent back, told at the head of a form on a phone.

Collect has no page of ours on which the officer's words could stand. So each form whose records somebody approves gets
a note and the list `returned.csv` beside it; without anything returned the note is not there. The answers stay what the
form asks for: the note lies in the part of an instance that belongs to the device.
"""

from __future__ import annotations

from lxml import etree

# The list that a form may also ask for by itself; Collect knows a list by this name alone.
LIST = "returned"
FILE = f"{LIST}.csv"
_XFORMS = "http://www.w3.org/2002/xforms"
_HEAD = f"{{http://www.w3.org/1999/xhtml}}head/{{{_XFORMS}}}model"
_BODY = "{http://www.w3.org/1999/xhtml}body"
_NOTE = "returned"
_ROWS = f"instance('{LIST}')/root/item"


def with_returned_note(xform: str, words: str) -> str | None:
    """The XForm with `words` and everything that came back, a line each, before its first question; None for a form
    that has a list of this name, which shows it in its own way or uses the name for something else."""
    root = etree.fromstring(xform.encode())
    model, body = root.find(_HEAD), root.find(_BODY)
    if model is None or body is None:
        raise ValueError("the XForm has no model or no body")
    instances = model.findall(f"{{{_XFORMS}}}instance")
    if any(one.get("id") == LIST for one in instances):
        return None
    answers = instances[0][0]
    space = etree.QName(answers).namespace
    meta = next((one for one in answers if etree.QName(one).localname == "meta"), None)
    if meta is None:
        meta = etree.SubElement(answers, etree.QName(space, "meta"))
    etree.SubElement(meta, etree.QName(space, _NOTE))
    instances[-1].addnext(_element("instance", id=LIST, src=f"jr://file-csv/{FILE}"))
    path = f"/{etree.QName(answers).localname}/meta/{_NOTE}"
    model.append(_element("bind", nodeset=path, type="string", readonly="true()", relevant=f"count({_ROWS}) > 0"))
    note, label = _element("input", ref=path), _element("label")
    label.text = f"{words}\n"
    label.append(_element("output", value=f"join('\n', {_ROWS}/told)"))
    note.append(label)
    body.insert(0, note)
    return etree.tostring(root, encoding="unicode")


def _element(name: str, **attributes: str) -> etree._Element:
    return etree.Element(etree.QName(_XFORMS, name), attributes)
