"""The documents stay true: what the code has, they name; what they link to, is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "data/vietnam/README.md"])


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def names_in_tables(document: str) -> set[str]:
    """First cells of all table rows, without backticks, lower case."""
    return {cell.strip().strip("`").lower() for cell in re.findall(r"^\| ([^|]+?) \|", document, re.M)}


def make_targets() -> list[str]:
    return re.findall(r"^([a-z-]+):.*## ", read("Makefile"), re.M)


def test_every_dependency_says_what_it_is_for() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]

    names = {re.split(r"[\[<>=~! ]", requirement)[0].lower() for requirement in wanted}

    assert names - names_in_tables(read("docs/dependencies.md")) == set()


def test_every_vendored_part_says_what_it_is_for() -> None:
    folders = [path.name for path in (ROOT / "caunoi/desk/static/vendor").iterdir() if path.is_dir()]

    names = {re.sub(r"-[0-9.]+$", "", folder) for folder in folders}

    assert names - names_in_tables(read("docs/dependencies.md")) == set()
    assert all(f"`{folder}`" in read("caunoi/desk/static/vendor/VENDORED.md") for folder in folders)


def test_every_setting_read_from_the_environment_is_documented() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "caunoi").rglob("*.py") if "tests" not in path.parts
    )
    code += "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bench").rglob("*.py"))

    # `os.environ`, and not the other dictionary of that name, in which a web server hands over a request.
    found = set(re.findall(r"""os\.environ(?:\.get\(|\[)\s*["']([A-Z_]+)["']""", code))
    read_names = found - {"DJANGO_SETTINGS_MODULE"}

    assert {name.lower() for name in read_names} - names_in_tables(read("docs/settings.md")) == set()


@pytest.mark.parametrize("readme", ["README.md", "README.vi.md"])
def test_every_make_target_is_in_the_readme_and_the_other_way_round(readme: str) -> None:
    documented = set(re.findall(r"^\| `make ([a-z-]+)`", read(readme), re.M)) | {"help"}

    assert documented == set(make_targets())


def test_make_targets_are_phony() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.M)

    assert phony
    assert set(phony[1].split()) == set(make_targets())


def test_the_table_of_refusals_is_fresh() -> None:
    from scripts.write_docs import write_errors

    assert read("docs/errors.md") == write_errors(), "run: make docs"


def test_the_diagram_of_approval_is_the_table_of_transitions() -> None:
    from scripts.write_docs import write_approval

    assert read("docs/approval.md") == write_approval(), "run: make docs"


@pytest.mark.django_db
def test_what_works_of_xlsform_is_said_as_the_forms_show_it() -> None:
    from scripts.write_docs import write_support

    assert read("docs/xlsform-support.md") == write_support(), "run: make docs"


def test_no_two_refusals_share_a_code() -> None:
    from scripts.write_docs import list_refusals

    codes = [vars(kind)["code"] for kind in list_refusals() if "code" in vars(kind)]

    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")

    targets = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target]
    missing = [target for target in targets if not (document.parent / target).exists()]

    assert missing == []


def test_every_decision_is_listed_dated_and_half_a_page() -> None:
    index = read("docs/decisions/README.md")
    decisions = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))

    for decision in decisions:
        text = decision.read_text(encoding="utf-8")
        assert decision.name in index
        assert re.match(rf"# {decision.name[:4]} .+\n\d{{4}}-\d\d-\d\d\n", text), decision.name
        assert all(
            f"**{part}.**" in text for part in ("Context", "Decision", "Consequences", "What would change our mind")
        )
        assert len(text) < 3500, f"{decision.name} is longer than half a page"

    assert len(decisions) == len({decision.name[:4] for decision in decisions})


def test_english_and_vietnamese_readme_show_the_same() -> None:
    shapes = [re.findall(r"^(#+|\||!|-|```)", read(name), re.M) for name in ("README.md", "README.vi.md")]

    assert shapes[0] == shapes[1]
