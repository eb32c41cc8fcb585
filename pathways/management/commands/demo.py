"""`manage.py demo`: practice data in an empty portal."""

from __future__ import annotations

import fcntl
import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from cte_portal.accounts.models import User
from cte_portal.editions import Edition, writing_state
from cte_portal.ui.command import PortalCommand, check_databases
from pathways.demo import load
from pathways.models import District


class Command(PortalCommand):
    needs_databases = False
    help = (
        "Fill an empty portal with practice data: synthetic districts, students, records, and"
        " people to sign in as."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--districts", type=int, default=load.DISTRICTS)
        parser.add_argument(
            "--students",
            type=int,
            default=load.STUDENTS,
            help="number of students in all districts together",
        )
        parser.add_argument("--seed", type=int, default=load.SEED)
        parser.add_argument(
            "--reset", action="store_true", help="drop every table of both databases first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Practice data cannot be loaded into a production portal.")
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        if options["reset"]:
            refuse_while_up()
            reset()
        else:
            check_databases()
            if District.objects.exists() or User.objects.exists():
                raise CommandError(
                    "This portal is not empty. Practice data can only be loaded into an empty"
                    " portal. To empty it first, add --reset."
                )
        contents = load.load(
            districts=options["districts"], size=options["students"], seed=options["seed"]
        )
        # `up` prints the sign-ins from here at each start.
        sign_ins = settings.VAR_DIR / "practice-sign-ins.json"
        sign_ins.touch(0o600)
        sign_ins.chmod(0o600)  # one that stood there before
        sign_ins.write_text(json.dumps(contents))
        if options["json"]:
            self.stdout.write(json.dumps(contents))
            return
        for district in contents["districts"]:
            self.stdout.write(
                f"{district['number']}  {district['records']:>6,} records  {district['name']}"
            )
        for person in contents["people"]:
            roles = ", ".join(" ".join(part for part in role if part) for role in person["roles"])
            self.stdout.write(f"{person['username']:<10}  {person['password']}  {roles}")


def refuse_while_up() -> None:
    with open(settings.VAR_DIR / "up.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError(
                "The portal is running. Stop it first (Ctrl-C in the window where `up` runs), then"
                " reset."
            ) from None


def reset() -> None:
    """Drop every table of both databases and migrate again."""
    for edition in Edition:
        connection = connections[edition.value]
        with writing_state(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public"
                    " TO PUBLIC"
                )
                continue
            cursor.execute("PRAGMA foreign_keys = OFF")
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}")
            cursor.execute("PRAGMA foreign_keys = ON")
    call_command("migrate", verbosity=0, interactive=False)
