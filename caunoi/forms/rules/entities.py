"""What a form's `entities` sheet declares, and the entity parts of its filled instances.

Source: ODK XForms specification of entities, 2024.1.0, and 2025.1.0 for entities in repeats; pyxform 4.5 writes both.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lxml import etree

from caunoi.forms.rules.instance import MAX_BYTES
from caunoi.forms.rules.questions import clean_answer
from caunoi.forms.rules.xpath import Clock, Expression, UnknownFunction, text_of

_XFORMS = "{http://www.w3.org/2002/xforms}"
_SAVE_TO = "{http://www.opendatakit.org/xforms/entities}saveto"
_FILE = re.compile(r"^jr://(file-csv|file|images|audio|video)/(.+)$")
_UUID_CALL = re.compile(r"\buuid\(\s*\)")
# Stands for `baseVersion` in instances made here: whoever filled a row of a spreadsheet saw no version.
CURRENT = "current"
_PARTS = uuid.UUID("0b6c8a52-1d0e-5f0b-9b1a-6f2f4f8a7c31")


@dataclass(frozen=True)
class Declaration:
    """One row of the `entities` sheet.

    `path` is the group, repeat or root it stands in (`/data`, `/data/cum`); `repeat` the innermost repeat's name, None
    if there is one entity a sending. `properties`: (property, path of the question it is taken from), in the form's
    order. `label`, `entity_id`, `create_if`, `update_if` are XPath as in the XForm, blank if there is none.
    """

    list_code: str
    path: str
    repeat: str | None
    properties: tuple[tuple[str, str], ...]
    label: str
    entity_id: str
    creates: bool
    updates: bool
    create_if: str = ""
    update_if: str = ""


@dataclass(frozen=True)
class EntityPart:
    """One entity in one filled instance, as it was written there; `position` counts them in the sending from 0.

    `properties` holds what was sent: an empty text where the question stood there unanswered, nothing where it was not
    relevant. `base_version`, `trunk_version` and `branch_id` are text: whether they make sense is for others to say.
    """

    list_code: str
    position: int
    entity_id: str
    create: bool
    update: bool
    label: str
    properties: dict[str, str]
    base_version: str = ""
    trunk_version: str = ""
    branch_id: str = ""


# The form


def read_declarations(xform: str) -> tuple[Declaration, ...]:
    """In the order of the instance. Lists of other XForm writers count too: only elements and binds are looked at."""
    root = etree.fromstring(xform.encode())
    primary = _primary_instance(root)
    if primary is None:
        return ()
    binds = {bind.get("nodeset", ""): bind for bind in root.iter(f"{_XFORMS}bind")}
    repeats = {one.get("nodeset", "") for one in root.iter(f"{_XFORMS}repeat")}
    places = list(_list_places(primary, f"/{_local(primary.tag)}"))
    containers = [path for path, _entity in places]
    saved: dict[str, list[tuple[str, str]]] = {}
    for path, bind in binds.items():
        if name := bind.get(_SAVE_TO):
            holders = [one for one in containers if path.startswith(f"{one}/")]
            if holders:
                saved.setdefault(max(holders, key=len), []).append((str(name), path))
    found = []
    for path, entity in places:
        here = f"{path}/meta/entity"

        def calculate(name: str, here: str = here) -> str:
            bind = binds.get(f"{here}/{name}")
            return "" if bind is None else str(bind.get("calculate") or "").strip()

        around = [one for one in repeats if path == one or path.startswith(f"{one}/")]
        found.append(
            Declaration(
                list_code=str(entity.get("dataset") or ""),
                path=path,
                repeat=max(around, key=len).rpartition("/")[2] if around else None,
                properties=tuple(saved.get(path, ())),
                label=calculate("label"),
                entity_id=calculate("@id"),
                creates=entity.get("create") is not None,
                updates=entity.get("update") is not None,
                create_if=calculate("@create"),
                update_if=calculate("@update"),
            )
        )
    return tuple(found)


def list_file_names(xform: str) -> list[str]:
    """Files the form wants beside it on the device, in order: lists, pictures, sounds, films."""
    root = etree.fromstring(xform.encode())
    named = [str(one.get("src")) for one in root.iter(f"{_XFORMS}instance") if one.get("src")]
    named += [(one.text or "").strip() for one in root.iter(f"{_XFORMS}value") if one.get("form")]
    found = [match.group(2) for text in named if (match := _FILE.match(text))]
    return list(dict.fromkeys(found))


def to_json(declarations: Sequence[Declaration]) -> list[dict[str, Any]]:
    return [asdict(one) for one in declarations]


def from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[Declaration, ...]:
    return tuple(
        Declaration(**{**one, "properties": tuple((name, path) for name, path in one["properties"])}) for one in stored
    )


def _primary_instance(root: Any) -> Any:
    primary = root.find(f".//{_XFORMS}model/{_XFORMS}instance")
    return primary[0] if primary is not None and len(primary) else None


def _list_places(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """(path of the container, its entity element); of a repeat's template and its first row only the first is told."""
    seen: set[str] = set()
    for child in node:
        name = _local(child.tag)
        if name in seen:
            continue
        seen.add(name)
        if name == "meta":
            for leaf in child:
                if _local(leaf.tag) == "entity":
                    yield path, leaf
        elif len(child):
            yield from _list_places(child, f"{path}/{name}")


# Filled instances


def read_parts(xml: str, declarations: Sequence[Declaration]) -> list[EntityPart]:
    """The entity parts of an instance that passed the door, in the order they stand there."""
    if not declarations:
        return []
    by_path = {one.path: one for one in declarations}
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True,
        huge_tree=len(xml) < MAX_BYTES,
    )  # fmt: skip
    root = etree.fromstring(xml.encode(), parser)
    found = [
        (by_path[path], node, entity) for path, node, entity in _walk(root, f"/{_local(root.tag)}") if path in by_path
    ]
    return [_read_part(one, node, entity, position) for position, (one, node, entity) in enumerate(found)]


def _walk(node: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """(path, container, its entity element), repeats row by row; a container's own before those within it."""
    inner = []
    for child in node:
        name = _local(child.tag)
        if name == "meta":
            for leaf in child:
                if _local(leaf.tag) == "entity":
                    yield path, node, leaf
        elif len(child) and not any(_local(attribute) == "template" for attribute in child.attrib):
            inner.append((child, f"{path}/{name}"))
    for child, below in inner:
        yield from _walk(child, below)


def _read_part(declared: Declaration, node: Any, entity: Any, position: int) -> EntityPart:
    properties = {}
    for name, path in declared.properties:
        leaf = _descend(node, path[len(declared.path) + 1 :].split("/"))
        if leaf is not None:
            properties[name] = clean_answer("".join(leaf.itertext()))
    labels = [clean_answer("".join(leaf.itertext())) for leaf in entity if _local(leaf.tag) == "label"]
    return EntityPart(
        list_code=str(entity.get("dataset") or declared.list_code),
        position=position,
        entity_id=_attribute(entity, "id"),
        create=_is_true(_attribute(entity, "create")),
        update=_is_true(_attribute(entity, "update")),
        label=labels[0] if labels else "",
        properties=properties,
        base_version=_attribute(entity, "baseVersion"),
        trunk_version=_attribute(entity, "trunkVersion"),
        branch_id=_attribute(entity, "branchId"),
    )


def _attribute(entity: Any, name: str) -> str:
    return str(entity.get(name) or "").strip()


def _is_true(text: str) -> bool:
    return text in ("1", "true", "true()")


def _descend(node: Any, names: Sequence[str]) -> Any:
    for name in names:
        node = next((child for child in node if _local(child.tag) == name), None)
        if node is None:
            return None
    return node


# Instances made here, of rows of a spreadsheet: no device has computed their entity parts


def add_parts(xml: str, declarations: Sequence[Declaration], instance_id: str, clock: Clock) -> str:
    """The instance with its entity parts, as a device would have computed them.

    Identities follow from the instance's, so that the same row always means the same thing. An expression the server
    cannot evaluate gives nothing, and so does what hangs on it; the part is then incomplete.
    """
    if not declarations:
        return xml
    root = etree.fromstring(xml.encode())
    by_path = {one.path: one for one in declarations}
    targets = [(node, by_path[path]) for path, node in _containers(root, f"/{_local(root.tag)}") if path in by_path]
    for position, (node, declared) in enumerate(targets):
        _add_part(node, declared, identity_made(instance_id, position), clock)
    return str(etree.tostring(root, encoding="unicode"))


def identity_made(instance_id: str, position: int = 0) -> str:
    """Of the thing that an instance without entity parts of its own makes."""
    return str(uuid.uuid5(_PARTS, f"{instance_id}:{position}"))


def _containers(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, node
    for child in node:
        if len(child) and _local(child.tag) != "meta":
            yield from _containers(child, f"{path}/{_local(child.tag)}")


def _add_part(node: Any, declared: Declaration, fresh: str, clock: Clock) -> None:
    meta = next((child for child in node if _local(child.tag) == "meta"), None)
    if meta is None:
        meta = etree.SubElement(node, "meta")
    entity = etree.Element("entity", dataset=declared.list_code)
    meta.insert(0, entity)
    label = etree.SubElement(entity, "label")

    def answer(text: str) -> str:
        try:
            # From the label: attributes are no context for lxml, and both stand equally deep in the entity.
            expression = Expression(_UUID_CALL.sub(f"'{fresh}'", text))
            return text_of(expression.evaluate(label, clock))
        except (UnknownFunction, etree.XPathError, ValueError, TypeError):
            return ""

    label.text = clean_answer(answer(declared.label)) or None
    entity.set("id", answer(declared.entity_id) if declared.entity_id else fresh)
    if declared.creates:
        entity.set("create", answer(declared.create_if) if declared.create_if else "1")
    if declared.updates:
        entity.set("update", answer(declared.update_if) if declared.update_if else "1")
        entity.set("baseVersion", CURRENT)


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]
