"""`manage.py backup`: both databases and the files in one folder, as owner, while people work."""

from __future__ import annotations

import shutil
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from cte_portal.ui.command import PortalCommand
from cte_portal.watch.backup import archive
from cte_portal.watch.backup.dumps import ToolFailed
from cte_portal.watch.models import Checkup


class Command(PortalCommand):
    help = "Back up both databases and the files into FOLDER; Portal health shows the result."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder of its own is made in it")
        parser.add_argument(
            "--passphrase-file", type=Path, help="encrypt with the passphrase in this file"
        )
        parser.add_argument(
            "--keep-days", type=int, default=30, help="remove backups that are older (30)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started, passphrase = time.monotonic(), options["passphrase_file"]
        try:
            if passphrase is not None and not (passphrase.is_file() and passphrase.read_text()):
                raise ToolFailed(f"{passphrase} holds no passphrase.")
            target = archive.write(options["folder"], passphrase)
        except (ToolFailed, OSError) as error:
            reason = str(error) if isinstance(error, ToolFailed) else type(error).__name__
            Checkup.objects.note("backup", good=False, sentence=f"The last one failed: {reason}")
            raise CommandError(f"The backup failed: {reason}") from None
        removed = _forget_old(options["folder"], options["keep_days"], target)
        size = sum(part.stat().st_size for part in target.iterdir())
        kind = "" if passphrase else " Not encrypted."
        sentence = f"{target.name}, {size / 1_000_000:,.1f} MB.{kind}"
        Checkup.objects.note("backup", good=True, sentence=sentence)
        seconds = round(time.monotonic() - started)
        self.stdout.write(f"Backed up to {target}; {seconds} s, {removed} old removed.{kind}")


def _forget_old(folder: Path, days: int, newest: Path) -> int:
    """Those that the command made itself: a folder with a manifest."""
    before, removed = time.time() - days * 86400, 0
    for manifest in folder.glob(f"*/{archive.MANIFEST}"):
        if manifest.parent != newest and manifest.stat().st_mtime < before:
            shutil.rmtree(manifest.parent)
            removed += 1
    return removed
