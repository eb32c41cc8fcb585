"""Code and tables that do not fit each other do not start, and say what to do."""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator, Sequence
from types import MethodType
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connections
from django.db.migrations import RunPython, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder

from cte_portal.triggers import RunStatements
from cte_portal.watch import schema
from cte_portal.watch.heartbeat import beat
from cte_portal.watch.management.commands import upgrade
from cte_portal.watch.models import Checkup, Heartbeat


def applied(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    own = MigrationRecorder.applied_migrations
    monkeypatch.setattr(
        MigrationRecorder, "applied_migrations", lambda recorder: change(dict(own(recorder)))
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda names: {}, "are not set up yet. Run: python3 manage.py migrate"),
        (
            lambda names: {key: each for key, each in names.items() if key[0] != "watch"},
            "are not up to date. Run: python3 manage.py migrate",
        ),
        (lambda names: {**names, ("batches", "9999_later"): None}, "a later version than"),
    ],
)
def test_the_portal_does_not_start_on_tables_of_another_version(
    change: Any, words: str, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.refuse_to_start()
    applied(monkeypatch, change)
    with pytest.raises(SystemExit, match=words):
        schema.refuse_to_start()


def test_a_database_that_is_away_keeps_nobody_from_starting(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*values: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connections["state"], "cursor", refused)
    schema.refuse_to_start()


def test_a_table_that_another_app_left_is_no_later_version(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(monkeypatch, lambda names: {**names, ("elsewhere", "0001_initial"): None})
    assert schema.misfit("default") == ""


def test_an_upgrade_says_what_it_changed_and_that_the_seals_match(
    transactional_db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("upgrade")
    printed = capsys.readouterr().out
    assert "District database: nothing to change." in printed
    assert "Every sealed copy matches its seal." in printed
    assert Checkup.objects.get(name="verify_sealed").good


def test_an_upgrade_that_backs_up_says_so_on_the_health_page(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade.Command, "_back_up", lambda self, folder: [f"{folder}/state.dump"])
    call_command("upgrade", backup="/backups")
    backup = Checkup.objects.get(name="backup")
    assert backup.good and backup.sentence == "Before an upgrade: state.dump."


def test_an_upgrade_to_a_version_that_would_not_start_changes_nothing(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PORTAL_PLUGS = [*settings.PORTAL_PLUGS, "certification.plug.PLUGS"]
    steps_taken: list[str] = []
    monkeypatch.setattr(upgrade, "call_command", lambda name, **_: steps_taken.append(name))
    with pytest.raises(CommandError, match=r"names certification\.plug\.PLUGS, which is not there"):
        call_command("upgrade", skip_checks=False)
    assert not steps_taken


def test_an_upgrade_waits_for_nobody_who_still_writes(db: None) -> None:
    beat(Heartbeat.Part.WORKER, "district")
    with pytest.raises(CommandError, match=r"Still running: .*Stop dispatcher, workers and web"):
        call_command("upgrade")


def test_an_upgrade_to_an_older_version_is_refused(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(monkeypatch, lambda names: {**names, ("batches", "9999_later"): None})
    with pytest.raises(CommandError, match="restore the backup of before the upgrade"):
        call_command("upgrade")


def test_an_upgrade_with_a_seal_that_differs_says_not_to_start(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*values: Any, **options: Any) -> None:
        Checkup.objects.note("verify_sealed", good=False, sentence="1 of 3 differ.")
        raise SystemExit(1)

    monkeypatch.setattr("certification.management.commands.verify_sealed.Command.handle", broken)
    with pytest.raises(CommandError, match=r"1 of 3 differ\. Do not start the portal\."):
        call_command("upgrade")


def steps(operations: Sequence[Operation]) -> Iterator[RunPython]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from steps(operation.database_operations)
        elif isinstance(operation, RunPython):
            yield operation


def asks_models(function: Callable[..., None]) -> bool:
    code = function.__code__
    apps = code.co_varnames[isinstance(function, MethodType)]
    return any(
        instruction.argval == apps and instruction.opname.startswith("LOAD_")
        for instruction in dis.get_instructions(code)
    )


def test_all_models_of_a_moment_are_made_only_for_a_migration_that_asks_them() -> None:
    """For each `RunPython` Django makes them anew: a first start took a sixth longer. Migrations of
    a release stay as they were (`tests/house/test_releases.py`).
    """
    folder = settings.BASE_DIR / "docs" / "releases"
    released = "".join(file.read_text() for file in folder.glob("*.sha256"))
    written = {
        (f"{app}.{name}", number): step
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in ("accounts", "batches", "certification", "pathways", "watch")
        and f"{app}/migrations/{name}.py" not in released
        for number, step in enumerate(steps(migration.operations))
    }
    assert len(written) > 20
    assert {place for place, step in written.items() if isinstance(step, RunStatements)} == {
        place
        for place, step in written.items()
        if not any(asks_models(code) for code in (step.code, step.reverse_code) if code)
    }
