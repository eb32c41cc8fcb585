"""`manage.py upgrade`: brings both databases to this version, as owner, with all processes stopped.

It looks first, backs up where that is asked for, migrates, recomputes every seal and says what was
changed. Whatever fails ends it before the next step.
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from cte_portal.checks import TAG
from cte_portal.editions import Edition
from cte_portal.ui.command import PortalCommand, check_answers
from cte_portal.watch.backup.dumps import ToolFailed, dump
from cte_portal.watch.models import Checkup, Heartbeat
from cte_portal.watch.schema import LATER, misfit
from cte_portal.watch.standing import SILENT


class Command(PortalCommand):
    requires_system_checks = (TAG,)
    """A version that would not start changes no table: the version before would not start then."""
    help = "Bring both databases to this version: check, back up if asked, migrate, verify seals."
    needs_databases = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--backup", metavar="FOLDER", help="first write both databases there (pg_dump)"
        )
        parser.add_argument(
            "--while-running", action="store_true", help="do not ask that all processes are stopped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        check_answers()
        for edition in Edition:
            if misfit(edition.value) == LATER.format(version=settings.PORTAL_VERSION):
                raise CommandError(misfit(edition.value))
        if not options["while_running"]:
            self._nothing_runs()
        dumps = self._back_up(Path(options["backup"])) if options["backup"] else []
        before = {edition: _applied(edition) for edition in Edition}
        call_command("migrate", verbosity=0, interactive=False)
        changes = {
            edition.label: sorted(_applied(edition) - before[edition]) for edition in Edition
        }
        if dumps:
            files = ", ".join(Path(file).name for file in dumps)
            Checkup.objects.note("backup", good=True, sentence=f"Before an upgrade: {files}.")
        self._verify()
        seconds = round(time.monotonic() - started)
        if options["json"]:
            summary = {"status": "done", "version": settings.PORTAL_VERSION, "seconds": seconds}
            self.stdout.write(json.dumps({**summary, "migrations": changes, "backup": dumps}))
            return
        for file in dumps:
            self.stdout.write(f"Backed up to {file}.")
        for label, names in changes.items():
            self.stdout.write(f"{label} database: {', '.join(names) or 'nothing to change'}.")
        self.stdout.write(
            f"Every sealed copy matches its seal. This is version {settings.PORTAL_VERSION};"
            f" {seconds} s. Start web, dispatcher and workers."
        )

    def _nothing_runs(self) -> None:
        """A process of the version before would write into tables that it does not know."""
        if Heartbeat._meta.db_table not in connections["default"].introspection.table_names():
            return
        names = Heartbeat.objects.filter(at__gt=timezone.now() - SILENT).values_list(
            "name", flat=True
        )
        if names:
            raise CommandError(
                f"Still running: {', '.join(names)}. Stop dispatcher, workers and web first. One"
                " that was killed is forgotten after 30 seconds."
            )

    def _back_up(self, folder: Path) -> list[str]:
        """One file a database, State first: what is sent between the two shows as not yet sent."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return [
                str(
                    dump(
                        edition,
                        folder / f"{edition.name.lower()}-{timezone.now():%Y%m%d%H%M%S}.dump",
                    )
                )
                for edition in reversed(Edition)
            ]
        except ToolFailed as reason:
            raise CommandError(f"The backup failed, so nothing was changed: {reason}") from None

    def _verify(self) -> None:
        try:
            call_command("verify_sealed", stdout=StringIO())
        except SystemExit:
            sentence = Checkup.objects.get(name="verify_sealed").sentence
            raise CommandError(f"{sentence} Do not start the portal.") from None


def _applied(edition: Edition) -> set[str]:
    loader = MigrationLoader(connections[edition.value])
    return {f"{app}.{name}" for app, name in loader.applied_migrations}
