"""Writing and reading back a database with PostgreSQL's own tools. Passwords go by the environment:
no process list shows them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import connections

from cte_portal.editions import Edition

NAMES = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}


class ToolFailed(Exception):
    """The message is the tool's last line, or that it is not installed."""


def dump(edition: Edition, target: Path) -> Path:
    """Write a whole database to a file that nobody else may read."""
    if connections[edition.value].vendor != "postgresql":
        raise ToolFailed("Backups are for PostgreSQL; copy the files of the folder var/.")
    values = connections[edition.value].settings_dict
    run(
        ["pg_dump", "--format", "custom", "--file", str(target), str(values["NAME"])],
        environment_of(values),
    )
    target.chmod(0o600)
    return target


def restore(values: Mapping[str, Any], source: Path) -> None:
    """Read it back into an empty database; rights are not the drill's matter."""
    flags = ["--exit-on-error", "--no-owner", "--no-privileges"]
    run(
        ["pg_restore", *flags, "--dbname", str(values["NAME"]), str(source)],
        environment_of(values),
    )


def environment_of(values: Mapping[str, Any]) -> dict[str, str]:
    return {to: str(values[name]) for name, to in NAMES.items() if values.get(name)}


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What the tool printed. Raises ToolFailed."""
    try:
        result = subprocess.run(
            command,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise ToolFailed(f"{command[0]} is not installed here.") from None
    if result.returncode:
        raise ToolFailed((result.stderr.strip().splitlines() or ["no reason given"])[-1])
    return result.stdout
