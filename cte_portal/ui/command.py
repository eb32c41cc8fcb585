"""How the portal's commands refuse: in one sentence, as JSON where JSON was asked for, and before
databases that are not ready.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import ALL_CHECKS, BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError

from cte_portal.editions import Edition
from cte_portal.watch.schema import NOT_SET_UP, NOT_UP_TO_DATE, misfit

NO_ANSWER = (
    "The {edition} database does not answer. Make sure that it is running and that its address in"
    " the settings is right."
)
BROKE_OFF = "The database stopped answering. Make sure that it is running, then try again."


class CommandRefusal(CommandError):
    """A refusal that has more to say in JSON than its sentence."""

    def __init__(self, sentence: str, shape: Mapping[str, Any]) -> None:
        super().__init__(sentence)
        self.shape = shape


class PortalCommand(BaseCommand):
    """With `--json`, standard output is JSON alone, also of what is refused: {"status": "refused",
    "reason": …}.
    """

    requires_system_checks: Any = ()
    """Whether apps and pages fit is asked by what starts to stay (`cte_portal/checks.py`), by
    `upgrade`, and by `check`. To load all pages for that was a third of what a short command needs.
    """
    prints_json = True
    json_help = "the result as JSON on standard output"
    needs_databases = True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if self.prints_json:
            parser.add_argument("--json", action="store_true", help=self.json_help)
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        if "--json" in argv:
            # Not yet called from the command line, as far as the parser knows: it raises what it
            # would print and exit for.
            parser = self.create_parser(argv[0], argv[1])
            try:
                parser.parse_args(argv[2:])
            except CommandError as refusal:
                self.refuse(refusal)
                parser.print_usage(sys.stderr)
                sys.exit(2)
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            if self.needs_databases:
                check_databases()
            return super().execute(*args, **options)
        except (OperationalError, InterfaceError) as error:
            refusal = CommandError(BROKE_OFF)
            if options.get("json"):
                self.refuse(refusal)
            raise refusal from error
        except CommandError as refusal:
            if options.get("json"):
                self.refuse(refusal, options.get("stdout"))
            raise

    def refuse(self, refusal: CommandError, stdout: Any = None) -> None:
        shape = refusal.shape if isinstance(refusal, CommandRefusal) else {}
        (stdout or self.stdout).write(
            json.dumps(
                {"status": "refused", "reason": str(refusal).removeprefix("Error: "), **shape},
                ensure_ascii=False,
            )
            + "\n"
        )


class PageCommand(PortalCommand, ABC):
    """Writes a page of `docs/` from the code. With `--check` nothing is written, and a page that is
    not current is refused.
    """

    requires_system_checks = ALL_CHECKS
    prints_json = needs_databases = False
    page = ""
    """From the portal's folder."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; refuse a page that is not current"
        )

    @abstractmethod
    def document(self) -> str:
        """The page as it is now."""

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path = settings.BASE_DIR / self.page
        if not check:
            path.write_text(self.document())
            self.stdout.write(f"{path} written.")
        elif not path.exists() or path.read_text() != self.document():
            name = type(self).__module__.rpartition(".")[2]
            raise CommandError(f"{self.page} is not current. Run: python3 manage.py {name}")


def check_databases(*, absent_is_fine: bool = False) -> None:
    """Both editions answer and have every table of this release. What waits for a database by
    itself may start without it.
    """
    states = {edition: _state(edition) for edition in Edition}
    if absent_is_fine:
        states = {
            edition: "" if state == _no_answer(edition) else state
            for edition, state in states.items()
        }
    if set(states.values()) == {NOT_SET_UP}:
        raise CommandError(NOT_SET_UP)
    for sentence in states.values():
        if sentence:
            raise CommandError(NOT_UP_TO_DATE if sentence == NOT_SET_UP else sentence)


def check_answers() -> None:
    """Both editions answer, whatever their tables are."""
    for edition in Edition:
        if _state(edition) == _no_answer(edition):
            raise CommandError(_no_answer(edition))


def _no_answer(edition: Edition) -> str:
    return NO_ANSWER.format(edition=edition.label)


def _state(edition: Edition) -> str:
    """What is missing in one edition's database; nothing where it is ready."""
    try:
        return misfit(edition.value)
    except DatabaseError:
        return _no_answer(edition)
