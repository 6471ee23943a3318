"""Every sentence a reader may see can be read in both languages, and says the same in both."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.test import Client
from django.utils.translation import gettext, ngettext, override

from caunoi.accounts.models import Role
from caunoi.config.catalogues import compile_stale_catalogues
from caunoi.desk.tests.builders import signed_in, store_world, user
from scripts.messages import (
    KEYWORDS,
    LOCALE,
    list_sentences,
    list_untranslated,
    read_catalogue,
    read_python,
    read_template,
)

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
ACCENTED = re.compile("[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|</?\w+>")
# Vietnamese without a single accent.
UNACCENTED = {
    "Trang", "Trang %(number)s", "Trang %(page)s/%(pages)s", "Trang sau", "Trang web", "trang %s",
    "Ghi", "Sau", "Xem", "Xong", "nay", "theo %(reference)s",
    "ghi", "in", "khai", "trang",
}  # fmt: skip
# Names of things that keep their Vietnamese name in every language.
PROPER_NAMES = re.compile("Cầu Nối|Danh mục|Thôn 1, Xã|Ủy ban nhân dân")
# Where Vietnamese stands outside gettext, and why that is right.
VIETNAMESE_BY_NATURE = {
    "accounts/sessions.py": "a browser's name",
    "accounts/signing_in.py": "the product's name, as authenticator apps show it",
    "backups/schedule.py": "an automatic actor's name, as it stands in the audit log",
    "sentences.py": "how the names of automatic actors begin",
    "accounts/inputs.py": "languages are named in themselves",
    "accounts/models.py": "languages are named in themselves",
    "config/settings.py": "languages are named in themselves",
    "cli/frame.py": "the operator's name, as it stands in the audit log",
    "facts/rules/formula_units.py": "units of measure as packs write them",
    "packs/reading.py": "the heading of an XLSForm's Vietnamese labels",
    "periods/rules.py": "how Vietnamese names periods",
    "training/rules/wording.py": "what papers say",
    "records/spreadsheet/cells.py": "periods as officers write them",
    "records/spreadsheet/columns.py": "headings that are understood",
    "records/spreadsheet/workbooks.py": "names of sheets, the same whoever made the file",
    "awards/printing.py": "papers are Vietnamese documents",
    "reports/composing.py": "reports are Vietnamese documents",
    "reports/drawing.py": "reports are Vietnamese documents",
    "reports/filling.py": "reports are Vietnamese documents",
    "reports/marks.py": "reports are Vietnamese documents",
    "reports/ranking.py": "reports are Vietnamese documents",
    "reports/rules/narrative.py": "reports are Vietnamese documents",
    "reports/rules/tag_help.py": "examples of what templates say",
    "reports/rules/wording.py": "reports are Vietnamese documents",
    "vietnamese_text.py": "letters",
}


def texts_of(message: Any) -> list[tuple[str, str]]:
    """Pairs of a sentence and what the other language says for it."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    # Some languages have more forms than one and many; each is held against the plural.
    return [(message.id[0], message.string[0]), *((message.id[1], one) for one in message.string[1:])]


def edges(text: str) -> tuple[bool, bool]:
    """Whether a blank stands before and after: pieces of sentences are put together as they are."""
    return text[:1].isspace(), text[-1:].isspace()


def product_files() -> list[Path]:
    return [
        path
        for path in sorted((ROOT / "caunoi").rglob("*.py"))
        if "tests" not in path.parts and "migrations" not in path.parts
    ]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_every_sentence_is_translated(path: Path) -> None:
    catalogue = read_catalogue(path)

    known = {(message.id, message.context) for message in catalogue if message.id}
    said = {(sentence.text, sentence.context) for sentence in list_sentences()}

    assert list_untranslated(catalogue) == []
    assert sorted(map(str, said - known)) == [], "run: make messages"
    assert sorted(map(str, known - said)) == [], "no longer said; run: make messages"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_a_translation_fills_in_the_same_values(path: Path) -> None:
    differing = [
        (vietnamese, translated)
        for message in read_catalogue(path)
        if message.id
        for vietnamese, translated in texts_of(message)
        if sorted(set(PLACEHOLDER.findall(vietnamese))) != sorted(set(PLACEHOLDER.findall(translated)))
        or edges(vietnamese) != edges(translated)
    ]

    assert differing == []


def test_a_sentence_with_a_number_has_its_plural_wherever_it_stands() -> None:
    """Catalogues know a sentence by its singular: said once with a plural and once without, it would lose one."""
    forms: dict[tuple[str, str | None], set[object]] = {}
    for sentence in list_sentences():
        first = sentence.text if isinstance(sentence.text, str) else sentence.text[0]
        forms.setdefault((first, sentence.context), set()).add(sentence.text)

    assert [text for text, different in forms.items() if len(different) > 1] == []


def test_the_source_of_every_sentence_is_vietnamese() -> None:
    texts = [sentence.text for sentence in list_sentences()]
    said = {one for text in texts for one in ([text] if isinstance(text, str) else text)}

    assert sorted(text for text in said if not ACCENTED.search(text) and text not in UNACCENTED) == []
    assert UNACCENTED - said == set(), "no longer said"


def test_english_sentences_are_english() -> None:
    catalogue = read_catalogue(LOCALE / "en/LC_MESSAGES/django.po")

    left = [
        translated
        for message in catalogue
        if message.id
        for _vietnamese, translated in texts_of(message)
        if ACCENTED.search(PROPER_NAMES.sub("", translated))
    ]

    assert left == []


def test_no_vietnamese_sentence_of_the_code_bypasses_translation() -> None:
    found = []
    for path in product_files():
        name = path.relative_to(ROOT / "caunoi").as_posix()
        if name in VIETNAMESE_BY_NATURE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        translated = {
            id(inner)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
            for argument in call.args
            for inner in ast.walk(argument)
        }
        documented = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        found += [
            f"{name}:{node.lineno}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in translated | documented
            and ACCENTED.search(node.value)
        ]

    assert found == []


def test_no_refusal_is_raised_with_a_sentence_that_bypasses_translation() -> None:
    from scripts.write_docs import list_refusals

    refusals = {kind.__name__ for kind in list_refusals()}
    found = []
    for path in product_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in refusals
                and node.args
            ):
                first = node.args[0]
                texts = [first] if isinstance(first, ast.Constant) else []
                texts += [part for part in getattr(first, "values", []) if isinstance(part, ast.Constant)]
                if any(isinstance(text.value, str) and re.search(r"\w+ \w+", text.value) for text in texts):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert found == []


def test_no_vietnamese_word_of_a_page_bypasses_translation() -> None:
    found = []
    for path in sorted((ROOT / "caunoi").rglob("templates/**/*.html")):
        text = path.read_text(encoding="utf-8")
        for pattern in (
            r"{% blocktrans(?:late)?\b.*?{% endblocktrans(?:late)? %}", r"{% comment %}.*?{% endcomment %}",
            r"{#.*?#}", r"{%.*?%}", r"{{.*?}}",
        ):  # fmt: skip
            # Lines are kept, so that the number below is right.
            text = re.sub(pattern, lambda match: "\n" * match[0].count("\n"), text, flags=re.S)
        for number, line in enumerate(text.splitlines(), 1):
            if ACCENTED.search(line.replace("Cầu Nối", "").replace("Tiếng Việt", "")):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")

    assert found == []


def test_sentences_of_code_are_found_however_they_are_written() -> None:
    python = """
_("một") + gettext_lazy("hai " "ba") + ngettext("bốn %d", "nhiều %d", n) + pgettext("vai", "năm") + _(name)
f"{_('sáu %s') % x}: {translation.gettext('bảy')}"
"""

    found = [(sentence.text, sentence.context) for sentence in read_python(python, "thu.py")]

    assert found == [
        ("một", None), ("hai ba", None), (("bốn %d", "nhiều %d"), None), ("năm", "vai"),
        ("sáu %s", None), ("bảy", None),
    ]  # fmt: skip


def test_sentences_of_pages_are_found_however_they_are_written() -> None:
    template = """
      {% translate "một" %} {% translate "hai" context "vai" %} {{ value|default:_("ba") }}
    {% blocktranslate trimmed with name=value %}
      bốn {{ name }}
    {% endblocktranslate %}
          {% blocktranslate count n=n %}một {{ n }}{% plural %}nhiều {{ n }}{% endblocktranslate %} 100%
    """

    found = [(sentence.text, sentence.context) for sentence in read_template(template, "thu.html")]

    assert found == [
        ("một", None), ("hai", "vai"), ("ba", None), ("bốn %(name)s", None), (("một %(n)s", "nhiều %(n)s"), None),
    ]  # fmt: skip


def test_catalogues_are_compiled_when_they_are_missing_or_old_and_only_then(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = Path(shutil.copy(LOCALE / "en/LC_MESSAGES/django.po", folder))

    first, second = compile_stale_catalogues(tmp_path), compile_stale_catalogues(tmp_path)
    os.utime(po, (po.stat().st_atime, po.stat().st_mtime + 10))
    third = compile_stale_catalogues(tmp_path)

    assert (first, second, third) == ([folder / "django.mo"], [], [folder / "django.mo"])
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]


def test_a_catalogue_that_cannot_be_written_does_not_keep_anybody_from_starting(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    (folder / "django.mo").mkdir(parents=True)
    po = Path(shutil.copy(LOCALE / "en/LC_MESSAGES/django.po", folder))
    os.utime(po, (po.stat().st_atime, po.stat().st_mtime + 10_000_000))

    assert compile_stale_catalogues(tmp_path) == []
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]


def test_one_and_several_have_their_own_words() -> None:
    one, many = "Còn %(count)d lỗi nữa.", "Còn %(count)d lỗi nữa."

    with override("en"):
        assert ngettext(one, many, 1) % {"count": 1} == "There is 1 more mistake."
        assert ngettext(one, many, 2) % {"count": 2} == "There are 2 more mistakes."


def test_an_empty_catalogue_has_nothing_translated() -> None:
    catalogue = Catalog(locale="en")
    catalogue.add("Tệp", "")
    catalogue.add(("%d bản", "%d bản"), ("%d version", ""))
    catalogue.add("Dòng", "Row", flags=["fuzzy"])

    assert sorted(list_untranslated(catalogue)) == ["%d bản", "Dòng", "Tệp"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "english", "vietnamese"),
    [
        ("/", "Look up and summarise", "Xem và tổng hợp"),
        ("/inbox/", "From month", "Từ tháng"),
        ("/figures/", "Show figures", "Xem số liệu"),
        ("/coverage/", "Broken down by level", "Chi tiết theo cấp"),
        ("/places/", "Administrative units", "Đơn vị hành chính"),
        ("/places/u2/", "Under: Tỉnh Lào Cai", "Thuộc: Tỉnh Lào Cai"),
        ("/users/", "Add a user", "Thêm người dùng"),
        ("/audit/", "Check the chain of the audit log", "Kiểm tra chuỗi nhật ký"),
        ("/packs/", "Check or load a pack", "Kiểm tra hoặc nạp một gói"),
        ("/nowhere/", "There is no such page", "Không có trang này"),
    ],
)
def test_a_page_speaks_the_language_that_was_chosen(address: str, english: str, vietnamese: str) -> None:
    store_world()
    client = signed_in(user("lan", [(role, 1) for role in Role]))

    client.cookies["django_language"] = "en"
    in_english = client.get(address)
    client.cookies["django_language"] = "vi"
    in_vietnamese = client.get(address)

    assert english in in_english.content.decode() and vietnamese not in in_english.content.decode()
    assert vietnamese in in_vietnamese.content.decode() and english not in in_vietnamese.content.decode()
    assert (in_english["Content-Language"], in_vietnamese["Content-Language"]) == ("en", "vi")


@pytest.mark.django_db
def test_the_language_button_stays_chosen() -> None:
    client = Client()

    before = client.get("/sign-in/").content.decode()
    client.post("/language/", {"language": "en", "next": "/sign-in/"})
    after = client.get("/sign-in/").content.decode()

    assert ("Mật khẩu" in before, "Password" in after, "Mật khẩu" in after) == (True, True, False)


@pytest.mark.django_db
def test_on_an_english_installation_both_languages_are_right(settings: Any) -> None:
    """Django would let Vietnamese sentences, which need no catalogue, fall back to the installation's language."""
    settings.CAUNOI_LANGUAGE = "en"
    client = Client()

    english = client.get("/sign-in/").content.decode()
    client.cookies["django_language"] = "vi"
    vietnamese = client.get("/sign-in/").content.decode()

    assert ("Password" in english, "Mật khẩu" in english) == (True, False)
    assert ("Password" in vietnamese, "Mật khẩu" in vietnamese) == (False, True)


def test_tone_marks_are_spelled_one_way() -> None:
    """`hóa`, not `hoá`: docs/glossary.md. Names of places stand in data, spelled as they are."""
    newer = re.compile(r"(?<!q)(?:o[áàảãạéèẻẽẹ]|u[ýỳỷỹỵ])(?!\w)", re.IGNORECASE)
    folders = [ROOT / "caunoi", ROOT / "packs", ROOT / "docs", ROOT / "demo"]
    files = [path for folder in folders for kind in ("py", "html", "js", "md", "csv", "po", "toml")
             for path in folder.rglob(f"*.{kind}") if "vendor" not in path.parts]  # fmt: skip

    found = {
        f"{path.relative_to(ROOT)}: {word[0]}"
        for path in [*files, *ROOT.glob("README*.md")]
        if path.name != "glossary.md"
        for word in newer.finditer(path.read_text(encoding="utf-8"))
    }

    assert sorted(found) == []


def test_vietnamese_needs_no_catalogue() -> None:
    with override("vi"):
        assert gettext("Không tìm thấy") == "Không tìm thấy"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("vi", "Không có thư mục “khong-co”."), ("en", "There is no folder “khong-co”.")],
)
def test_commands_speak_the_language_of_the_installation(language: str, sentence: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("caunoi"), "pack", "check", "khong-co"],
        cwd=tmp_path,
        env={**os.environ, "CAUNOI_HOME": str(tmp_path), "CAUNOI_LANGUAGE": language},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
