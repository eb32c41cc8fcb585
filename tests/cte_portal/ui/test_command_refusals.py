"""Every refusal of every command is one sentence, and JSON where JSON was asked for (walk 35,
L-20).
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import checks
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import OperationalError, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.checks import TAG
from cte_portal.editions import Edition, writing_state
from cte_portal.ui import command
from cte_portal.ui.command import NOT_SET_UP, NOT_UP_TO_DATE, PortalCommand
from pathways.management.commands.migrate import Command as Migrate
from pathways.models import CollectionLock, District, SchoolYear, Student
from tests.fixtures.records import District_
from tests.fixtures.uploads import file, line

pytestmark = pytest.mark.django_db(databases=["default", "state"])

OWN = {
    name
    for name, app in get_commands().items()
    if app.split(".")[0] in {"cte_portal", "pathways", "certification"}
}
# What each command needs to begin.
CALLS: dict[str, dict[str, Any]] = {
    "demo": {},
    "mt_data_upload": {
        "file": Path("x.tsv"),
        "district": "9012",
        "person": "cmartin",
        "work": "upload",
    },
    "mt_extract": {"district": "9012", "year": 2025},
    "resync": {"district": "9012"},
    "roster_import": {
        "file": Path("x.csv"),
        "district": "9012",
        "person": "cmartin",
        "work": "upload",
    },
    "validate": {"district": "9012"},
    "verify_sealed": {},
}
FIRST = {"mt_data_upload": ("file",), "roster_import": ("file",)}


def portal_commands() -> dict[str, PortalCommand]:
    loaded = {name: load_command_class(get_commands()[name], name) for name in OWN}
    return {
        name: command_class
        for name, command_class in loaded.items()
        if isinstance(command_class, PortalCommand)
    }


def refusal(name: str, **changed: Any) -> str:
    """The reason in the JSON on standard output: the only line there."""
    given = {**CALLS[name], **changed}
    arguments = [given.pop(argument) for argument in FIRST.get(name, ())]
    printed = io.StringIO()
    with pytest.raises(CommandError) as ended:
        call_command(name, *arguments, **given, json=True, stdout=printed, stderr=io.StringIO())
    printed_json = json.loads(printed.getvalue())
    assert (
        printed_json["status"] == "refused"
        and printed_json["reason"] == str(ended.value)
        and ended.value.returncode == 1
    )
    return str(printed_json["reason"])


def test_every_command_of_the_portal_refuses_in_the_same_way() -> None:
    odd = {
        name
        for name in OWN
        if not isinstance(load_command_class(get_commands()[name], name), PortalCommand | Migrate)
    }
    assert not odd, "these derive from PortalCommand too"
    assert {
        name for name, command_class in portal_commands().items() if command_class.prints_json
    } >= set(CALLS)
    assert {"up", "rules", "migrate"} <= OWN and not portal_commands()["up"].needs_databases


def test_only_what_starts_to_stay_upgrades_or_writes_a_page_looks_whether_apps_and_pages_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To load all pages for that took a third of the time of the others."""
    looking = {
        name for name, command in portal_commands().items() if command.requires_system_checks
    }
    assert looking == {"dispatch", "draw", "messages", "rules", "up", "upgrade"}
    looks: list[object] = []

    def look(*, tags: object, **_: object) -> list[object]:
        looks.append(tags)
        return []

    monkeypatch.setattr(checks, "run_checks", look)
    call_command("dispatch", once=True, skip_checks=False)
    assert looks == [(TAG,)]


@contextmanager
def unapplied(*kept: Edition, last: bool = False) -> Iterator[None]:
    """As if migrations had not been run: all of them, or the last of pathways."""
    with writing_state(), transaction.atomic(), transaction.atomic(Edition.STATE.value):
        for edition in Edition:
            applied = MigrationRecorder(connections[edition.value]).migration_qs
            if last:
                applied = applied.filter(
                    name=applied.filter(app="pathways")
                    .order_by("-name")
                    .values_list("name")[:1]
                    .get()[0]
                )
            if edition not in kept:
                applied.all().delete()
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=Edition.STATE.value)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_before_migrate_a_command_says_what_to_do(name: str) -> None:
    with unapplied():
        assert refusal(name) == NOT_SET_UP
    with unapplied(Edition.DISTRICT):
        assert refusal(name) == NOT_UP_TO_DATE, "the state's database alone is missing"
    with unapplied(last=True):
        assert refusal(name) == NOT_UP_TO_DATE, "the release is newer than the tables"


def test_the_dispatcher_ends_before_migrate_instead_of_failing_in_every_round() -> None:
    with unapplied(), pytest.raises(CommandError, match="The databases are not set up yet"):
        call_command("dispatch", "--once")


def test_the_dispatcher_starts_without_a_database_and_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(connection: Any) -> None:
        raise OperationalError("could not connect")

    monkeypatch.setattr(command, "misfit", away)
    call_command("dispatch", "--once")


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_database_that_is_away_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(connection: Any) -> None:
        raise OperationalError("could not connect to server at 10.0.0.7 as portal")

    monkeypatch.setattr(command, "misfit", away)
    reason = refusal(name)
    assert reason.startswith("The District database does not answer.") and "10.0.0.7" not in reason


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"demo"}))
def test_a_database_that_goes_away_meanwhile_is_a_sentence(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: Any, **options: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(type(portal_commands()[name]), "handle", breaks)
    assert refusal(name) == command.BROKE_OFF


@pytest.mark.parametrize(
    "name", ["mt_data_upload", "mt_extract", "resync", "roster_import", "validate"]
)
def test_a_district_that_is_not_there_is_named(
    name: str, cottonwood: District_, clerk: User
) -> None:
    assert refusal(name, district="4444") == "There is no district 4444."


@pytest.mark.parametrize("name", ["mt_data_upload", "resync", "roster_import", "validate"])
def test_a_person_who_is_not_there_is_named(name: str, cottonwood: District_, clerk: User) -> None:
    assert refusal(name, person="nobody-here") == "No active user has the user name nobody-here."


@pytest.mark.parametrize("name", ["mt_data_upload", "resync", "roster_import", "validate"])
def test_without_a_current_year_nothing_runs(name: str, cottonwood: District_, clerk: User) -> None:
    SchoolYear.objects.update(is_active=False)
    assert refusal(name).startswith("There is no current school year yet.")


def test_a_person_without_the_right_is_refused(
    cottonwood: District_, viewer: User, tmp_path: Path
) -> None:
    sent = tmp_path / "x.tsv"
    sent.write_bytes(file(line()))
    assert refusal("mt_data_upload", file=sent, person=viewer.username)
    assert refusal("resync", person=viewer.username)


def test_a_file_that_is_not_there_is_named(
    cottonwood: District_, clerk: User, tmp_path: Path
) -> None:
    for name in ("mt_data_upload", "roster_import"):
        assert (
            refusal(name, file=tmp_path / "gone.tsv")
            == f"There is no file {tmp_path / 'gone.tsv'}."
        )


def test_locked_records_are_a_refusal(
    cottonwood: District_, clerk: User, kayla: Student, tmp_path: Path
) -> None:
    sent = tmp_path / "x.tsv"
    sent.write_bytes(file(line()))
    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection=CollectionLock.Collection.END_OF_YEAR,
        since=timezone.now(),
        by="DOE, JANE",
        reason="It is certified.",
    )
    assert "locked" in refusal("mt_data_upload", file=sent).lower()


def test_a_year_and_a_receipt_that_are_not_there_are_named(cottonwood: District_) -> None:
    assert refusal("mt_extract", year=1999) == "There is no school year 1999."
    assert "9012-1999-EOY-1" in refusal("verify_sealed", text="9012-1999-EOY-1")
    assert District.objects.exists() and "not empty" in refusal("demo")


@pytest.mark.parametrize("name", sorted(OWN & {*CALLS, "up", "dispatch", "rules"}))
def test_a_wrong_argument_is_json_too(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        portal_commands()[name].run_from_argv(["manage.py", name, "--json", "--no-such-thing"])
    printed = capsys.readouterr()
    assert (
        ended.value.code == 2
        and json.loads(printed.out)["status"] == "refused"
        and "usage:" in printed.err
    )


@pytest.mark.once
@pytest.mark.parametrize(
    "arguments",
    [
        ["demo", "--json"],
        ["createsuperuser", "--noinput", "--username", "x", "--email", "x@example.org"],
    ],
)
def test_in_an_empty_folder_there_is_a_sentence_and_no_traceback(
    arguments: list[str], tmp_path: Path
) -> None:
    """walk 35, L-20: Django's own commands as well."""
    env = {
        name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")
    } | {"VAR_DIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=env,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 1 and "Traceback" not in ran.stderr and NOT_SET_UP in ran.stderr
    if "--json" in arguments:
        assert json.loads(ran.stdout) == {"status": "refused", "reason": NOT_SET_UP}
