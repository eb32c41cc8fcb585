"""One command runs every gate of CI but the suite; generated pages, the version and the pre-commit
hook hang on it.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command, load_command_class
from django.core.management.base import CommandError

from cte_portal.accounts.models import User
from cte_portal.ui.command import PageCommand
from development import gates
from development.gates import Gate
from tests.fixtures.records import District_

ROOT = settings.BASE_DIR
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGES = {"messages": "certification", "rules": "pathways", "draw": "certification"}


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_all_gates_run_also_when_one_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    three = [
        Gate("first", python("print('line 3 is wrong'); raise SystemExit(1)"), "mend --first"),
        Gate("second", python("print('quiet')")),
        Gate("third", ("/no/such/tool",)),
    ]
    monkeypatch.setattr(gates, "gates", lambda: three)
    assert gates.main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" (")[0] for line in lines if " (" in line] == [
        "FAILED  first",
        "passed  second",
        "FAILED  third",
    ]
    assert "    line 3 is wrong" in lines and "    quiet" not in lines
    assert "first failed. To mend it: mend --first" in lines and "third failed." in lines
    assert lines[-1].startswith("1 of 3 gates passed in ")


def test_without_a_fault_the_exit_code_is_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "gates", lambda: [Gate("only", python(""))])
    assert gates.main([]) == 0


def test_every_tool_of_the_development_set_that_judges_is_a_gate() -> None:
    commands = " ".join(" ".join(gate.command) for gate in gates.gates())
    for part in (
        "bin/ruff check",
        "bin/ruff format --check",
        "bin/mypy",
        "bin/lint-imports",
        "bin/djlint",
        "makemigrations --check",
    ):
        assert part in commands
    assert {name for name in PAGES if f"manage.py {name} --check" in commands} == set(PAGES)


def test_ci_and_the_commit_hook_run_the_same_gates() -> None:
    """Neither has a list of its own that could differ."""
    ci = (ROOT / ".ci" / "run").read_text()
    assert "python3 manage.py check_all" in ci and not re.search(
        r"\b(ruff|mypy|djlint|lint-imports|makemigrations)\b", ci
    )
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    (hook,) = repository["hooks"]
    assert (
        hook["entry"] == "python3 manage.py check_all"
        and hook["always_run"]
        and not hook["pass_filenames"]
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_the_code_is_current(name: str) -> None:
    call_command(name, check=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_not_current_is_refused_with_the_command_that_writes_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = load_command_class(PAGES[name], name)
    assert isinstance(command, PageCommand)
    before = (ROOT / command.page).read_text()
    monkeypatch.setattr(type(command), "document", lambda self: "something else")
    with pytest.raises(
        CommandError, match=rf"^{command.page} is not current\. Run: python3 manage\.py {name}$"
    ):
        call_command(command, check=True, stdout=io.StringIO())
    assert (ROOT / command.page).read_text() == before


def test_the_version_stands_in_one_place() -> None:
    lock = {
        package["name"]: package.get("version")
        for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    }
    assert settings.PORTAL_VERSION == PROJECT["version"] == lock["cte-portal"]
    finished = subprocess.run(
        [sys.executable, "manage.py", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout == f"CTE Portal {PROJECT['version']}\n"
    newest = re.findall(
        r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )[0]
    assert newest == PROJECT["version"]


def test_the_foot_of_a_page_names_the_version_to_who_has_signed_in(
    client, cottonwood: District_, clerk: User
) -> None:  # type: ignore[no-untyped-def]
    version = f"Version {PROJECT['version']}"
    assert version not in client.get("/accounts/sign-in/").content.decode()
    client.force_login(clerk)
    page = client.get("/", follow=True).content.decode()
    assert version in page[page.index("<footer") :]
