"""`manage.py restore_drill`: a backup read back into two empty databases, and looked at there.

The databases are named by DRILL_DATABASE_URL and DRILL_STATE_DATABASE_URL. They are emptied again
when all is well; the portal's own are only told the result.
"""

from __future__ import annotations

import os
import sys
import tarfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import environ
import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from psycopg.conninfo import make_conninfo

from cte_portal.editions import Edition
from cte_portal.ui.command import PortalCommand
from cte_portal.watch.backup import archive
from cte_portal.watch.backup.dumps import ToolFailed, restore, run
from cte_portal.watch.models import Checkup

URLS = {Edition.STATE: "STATE_DATABASE_URL", Edition.DISTRICT: "DATABASE_URL"}


class Command(PortalCommand):
    help = "Restore a backup into two empty databases, verify every sealed copy, say the seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="one backup, or the folder of all: then the newest"
        )
        parser.add_argument("--passphrase-file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            targets = {edition: _target(edition) for edition in URLS}
            folder = _newest(options["folder"])
            archive.check(folder)
            with archive.opened(folder, options["passphrase_file"]) as parts:
                for edition, (_, values) in targets.items():
                    restore(values, parts / archive.name_of(edition))
                with tarfile.open(parts / archive.FILES) as files:
                    number = sum(member.isfile() for member in files)
            seconds = round(time.monotonic() - started)
            self._verify({URLS[edition]: url for edition, (url, _) in targets.items()})
        except (ToolFailed, OSError, psycopg.Error) as error:
            reason = str(error) if isinstance(error, ToolFailed) else type(error).__name__
            Checkup.objects.note("restore_drill", good=False, sentence=f"Failed: {reason}")
            raise CommandError(f"The drill failed: {reason}") from None
        for _, values in targets.values():
            _empty(values)
        sentence = (
            f"{folder.name} was restored in {seconds} s with {number:,} files; every sealed copy"
            " matches its seal."
        )
        Checkup.objects.note("restore_drill", good=True, sentence=sentence)
        self.stdout.write(sentence)

    def _verify(self, urls: dict[str, str]) -> None:
        """In a process of its own, on the restored databases alone."""
        manage = str(settings.BASE_DIR / "manage.py")
        try:
            run([sys.executable, manage, "verify_sealed"], urls)
        except ToolFailed:
            raise ToolFailed("sealed copies of the restored databases do not match.") from None


def _target(edition: Edition) -> tuple[str, dict[str, Any]]:
    name = f"DRILL_{URLS[edition]}"
    url = os.environ.get(name, "")
    if not url:
        raise ToolFailed(f"{name} is not set. It names an empty database.")
    values = environ.Env.db_url_config(url)
    with psycopg.connect(_conninfo(values)) as connection:
        tables = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
    if tables != (0,):
        raise ToolFailed(f"{name} names a database that is not empty. Nothing was changed.")
    return url, values


def _empty(values: dict[str, Any]) -> None:
    with psycopg.connect(_conninfo(values)) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _conninfo(values: dict[str, Any]) -> str:
    return make_conninfo(
        host=values["HOST"] or None,
        port=values["PORT"] or None,
        user=values["USER"] or None,
        password=values["PASSWORD"] or None,
        dbname=values["NAME"],
    )


def _newest(folder: Path) -> Path:
    if (folder / archive.MANIFEST).exists():
        return folder
    backups = sorted(path.parent for path in folder.glob(f"*/{archive.MANIFEST}"))
    if not backups:
        raise ToolFailed(f"{folder} holds no backup.")
    return backups[-1]
