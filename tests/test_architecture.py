"""What holds of the whole tree: imports go to the left, the engine names no payer, the map's paths are there."""

from __future__ import annotations

import ast
import re
import tokenize
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "engine" / "payerrules"
ORDER = [
    "model",
    "language",
    "program",
    "show",
    "findings",
    "limits",
    "library",
    "runtimes",
    "formats",
    "payers",
    "decide",
    "imports",
    "ledger",
    "golden",
    "analysis",
    "cli",
]
MODULES = sorted(ENGINE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The folders of the engine that a module imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("payerrules."):
            found.add(node.module.split(".")[1])
    return found


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent != ENGINE], ids=lambda p: str(p.relative_to(ENGINE)))
def test_a_folder_imports_only_from_folders_to_its_left(path: Path) -> None:
    own = ORDER.index(path.relative_to(ENGINE).parts[0])
    assert {name for name in imports(path) if ORDER.index(name) > own} == set()


def names_of_the_domain() -> set[str]:
    """Payers, states, procedure codes and modifiers that policies name."""
    found = {"medicare", "medicaid", "texas", "ehb_plan"}
    for name in ("modifiers", "therapy_codes"):
        found |= {str(code) for code in yaml.safe_load((ROOT / f"policies/codes/{name}.yaml").read_text())["codes"]}
    return found


def literals(path: Path) -> set[str]:
    """The texts that a module's code holds, without docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for item in body if isinstance(body, list) else ():
            if isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant):
                docs.add(id(item.value))
    return {
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    }


ALLOWED = {
    "x12_": "segment names and qualifiers of X12, such as ST and GE, look like modifiers",
    "grammar": "examples that an editor shows",
}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ENGINE)))
def test_no_payer_code_or_modifier_is_named_in_the_engine(path: Path) -> None:
    if any(path.name.startswith(prefix) for prefix in ALLOWED):
        return
    domain = names_of_the_domain() - {"PR", "CO", "CR"}  # group codes of X12 too
    assert {text for text in literals(path) if text in domain} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ENGINE)))
def test_a_module_is_not_too_long_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith('"""')
    assert len(text.splitlines()) <= 500


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ENGINE)))
def test_no_float_is_written_in_the_engine(path: Path) -> None:
    with path.open("rb") as file:
        numbers = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.NUMBER]
    floats = [number for number in numbers if re.fullmatch(r"\d[\d_]*(\.\d*|e[+-]?\d+).*", number)]
    assert [
        number for number in floats if (path.name, number) not in {("isolation.py", "2.0"), ("spelling.py", "0.6")}
    ] == []


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))]
)
def test_the_paths_that_a_page_links_to_are_there(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def test_the_readme_names_make_targets_that_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(
        re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text())
    )
    assert named - targets - {"sets"} == set()
