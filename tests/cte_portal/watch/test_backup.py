"""A backup is whole, encrypted, and read back into empty databases before anybody needs it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from cte_portal.editions import Edition
from cte_portal.watch.backup import archive, dumps
from cte_portal.watch.backup.dumps import ToolFailed
from cte_portal.watch.models import Checkup

POSTGRESQL = connection.vendor == "postgresql"


@pytest.fixture
def quick_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key comes from the passphrase in fewer rounds, as passwords of tests are hashed."""
    monkeypatch.setattr(archive, "CIPHER", [*archive.CIPHER[:-1], "1000"])


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("seven silver trout jumping\n")
    return path


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    """Where backups lie; the databases' own tools write their names."""

    def dump(edition: Edition, target: Path) -> Path:
        target.write_text(f"zzmarker {edition.name}")
        return target

    monkeypatch.setattr(archive, "dump", dump)
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "upload").write_text("zzmarker file")
    return tmp_path / "backups"


def test_a_backup_is_encrypted_with_its_digests_and_for_nobody_elses_eyes(
    stored: Path, passphrase: Path, db: None
) -> None:
    call_command("backup", str(stored), passphrase_file=passphrase)
    (folder,) = stored.iterdir()
    names = {path.name for path in folder.iterdir()}
    assert names == {"state.dump.enc", "district.dump.enc", "files.tar.gz.enc", "manifest.json"}
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0 and b"zzmarker" not in path.read_bytes()
    assert folder.stat().st_mode & 0o077 == 0
    archive.check(folder)
    with archive.opened(folder, passphrase) as parts:
        assert (parts / "state.dump").read_text() == "zzmarker STATE"
        kept = parts
    assert not kept.exists(), "nothing stays in clear"
    checkup = Checkup.objects.get(name="backup")
    assert checkup.good and folder.name in checkup.sentence


@pytest.mark.usefixtures("quick_key")
def test_a_backup_that_was_changed_or_is_not_whole_is_none(
    stored: Path, passphrase: Path, db: None
) -> None:
    call_command("backup", str(stored), passphrase_file=passphrase)
    (folder,) = stored.iterdir()
    with pytest.raises(ToolFailed, match="is encrypted"), archive.opened(folder, None):
        pass
    part = folder / "district.dump.enc"
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(ToolFailed, match=r"district\.dump\.enc is not as it was written"):
        archive.check(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(ToolFailed, match="is no backup"):
        archive.check(folder)


@pytest.mark.usefixtures("quick_key")
def test_old_backups_go_and_what_is_none_stays(stored: Path, passphrase: Path, db: None) -> None:
    old, other = stored / "20200101-000000", stored / "letters"
    for folder in (old, other):
        folder.mkdir(parents=True)
    (old / "manifest.json").write_text("{}")
    os.utime(old / "manifest.json", (0, 0))
    os.utime(other, (0, 0))
    call_command("backup", str(stored), passphrase_file=passphrase)
    assert not old.exists() and other.exists() and len(list(stored.iterdir())) == 2


def test_a_backup_that_fails_is_said_on_the_health_page_and_leaves_no_half(
    stored: Path, passphrase: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any) -> Path:
        raise ToolFailed("pg_dump is not installed here.")

    monkeypatch.setattr(archive, "dump", fails)
    with pytest.raises(CommandError, match="pg_dump is not installed here"):
        call_command("backup", str(stored), passphrase_file=passphrase)
    assert not list(stored.iterdir())
    checkup = Checkup.objects.get(name="backup")
    assert not checkup.good and checkup.sentence.startswith("The last one failed")
    passphrase.write_text("")
    with pytest.raises(CommandError, match="holds no passphrase"):
        call_command("backup", str(stored), passphrase_file=passphrase)


def test_a_drill_needs_databases_of_its_own(
    stored: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DRILL_STATE_DATABASE_URL", raising=False)
    with pytest.raises(CommandError, match="DRILL_STATE_DATABASE_URL is not set"):
        call_command("restore_drill", str(stored))
    assert not Checkup.objects.get(name="restore_drill").good


@pytest.fixture
def drill_databases(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Two empty databases beside the test's own; the server's address."""
    if not POSTGRESQL or shutil.which("pg_restore") is None:
        pytest.skip("needs PostgreSQL and its tools")
    values = connection.settings_dict
    host, port, user = values["HOST"], values["PORT"], values["USER"]
    server = f"postgres://{user}:{values['PASSWORD']}@{host}:{port}"
    names = {"DRILL_DATABASE_URL": "district", "DRILL_STATE_DATABASE_URL": "state"}
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        for variable, name in names.items():
            own = f"{values['NAME']}_drill_{name}"
            admin.execute(f'DROP DATABASE IF EXISTS "{own}"')
            admin.execute(f'CREATE DATABASE "{own}"')
            monkeypatch.setenv(variable, f"{server}/{own}")
        yield server
        for name in names.values():
            admin.execute(f'DROP DATABASE "{values["NAME"]}_drill_{name}" WITH (FORCE)')


@pytest.mark.usefixtures("quick_key")
@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_a_backup_is_restored_and_its_databases_are_empty_again(
    drill_databases: str, passphrase: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = tmp_path / "backups"
    call_command("backup", str(backups), passphrase_file=passphrase)
    for _ in range(2):
        call_command("restore_drill", str(backups), passphrase_file=passphrase)
        checkup = Checkup.objects.get(name="restore_drill")
        assert checkup.good and "every sealed copy matches its seal" in checkup.sentence
    monkeypatch.setenv(
        "DRILL_DATABASE_URL", f"{drill_databases}/{connection.settings_dict['NAME']}"
    )
    with pytest.raises(CommandError, match=r"is not empty\. Nothing was changed"):
        call_command("restore_drill", str(backups), passphrase_file=passphrase)


def test_no_password_stands_in_a_process_list(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(dumps, "run", lambda command, env: calls.append((command, env)))
    dumps.restore({"NAME": "x", "PASSWORD": "zzsecret", "HOST": "h"}, Path("y"))
    ((command, env),) = calls
    assert "zzsecret" not in " ".join(command) and env == {"PGPASSWORD": "zzsecret", "PGHOST": "h"}
