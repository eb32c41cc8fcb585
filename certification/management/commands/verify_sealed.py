"""`manage.py verify_sealed`: recomputes every sealed copy's digest and names what differs; exit
code 1 if anything does.

`--text RECEIPT` writes the text that one copy's digest covers (docs/adr/0007), for `sha256sum` and
for who wants to read it. `--register FILE` compares with the register of seals as well, and adds
the new ones to it: a seal that was removed whole is seen nowhere else.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import CommandError

from certification.models import SealedCopy
from certification.receipts.register import Register, RegisterIsDamaged
from certification.signing.sealing import differences, text_of
from cte_portal.ui.command import PortalCommand
from cte_portal.watch.models import Checkup


class Command(PortalCommand):
    help = "Recompute every sealed copy and report any that differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--text", metavar="RECEIPT", help="write the text that this receipt's seal covers"
        )
        parser.add_argument(
            "--register",
            metavar="FILE",
            type=Path,
            help="compare with the seals that FILE remembers, and add the new ones to it",
        )

    def write_text(self, receipt: str) -> None:
        copy = SealedCopy.objects.select_related("round__event").filter(receipt=receipt).first()
        if copy is None:
            raise CommandError(f"There is no sealed copy with the receipt {receipt}.")
        for line in text_of(copy):
            self.stdout.write(line.decode(), ending="\n")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["text"]:
            return self.write_text(options["text"])
        results: list[dict[str, Any]] = []
        for copy in (
            SealedCopy.objects.select_related("round__event").order_by("pk").iterator(chunk_size=5)
        ):
            results.append(
                {"receipt": copy.receipt, "digest": copy.digest, "differs": differences(copy)}
            )
        number_broken = sum(bool(result["differs"]) for result in results)
        path: Path | None = options["register"]
        lost, number_added = self.compare(path, results) if path else ([], 0)
        if options["json"]:
            answer: dict[str, Any] = {"sealed": results}
            if path:
                answer["register"] = {"differs": lost, "added": number_added}
            self.stdout.write(json.dumps(answer))
        else:
            for result in results:
                self.stdout.write(
                    f"{result['receipt']}  {'; '.join(result['differs']) or 'matches its seal'}"
                )
            self.stdout.write(
                f"{len(results):,} sealed, {number_broken:,} differ{'s' if number_broken == 1 else ''}."
            )
            for line in lost:
                self.stdout.write(line)
            if path:
                self.stdout.write(
                    f"Register: {len(lost):,} differ{'s' if len(lost) == 1 else ''},"
                    f" {number_added:,} added."
                )
        sentence = (
            f"{number_broken:,} of {len(results):,} sealed copies differ from their seals. Find out"
            " why before anything else is changed."
            if number_broken
            else f"{len(results):,} sealed copies match their seals."
        )
        if lost:
            sentence += (
                f" {len(lost):,} of the register's seals {'is' if len(lost) == 1 else 'are'} missing"
                " or changed here."
            )
        good = not (number_broken or lost)
        Checkup.objects.note("verify_sealed", good=good, sentence=sentence)
        if not good:
            sys.exit(1)

    def compare(self, path: Path, results: list[dict[str, Any]]) -> tuple[list[str], int]:
        """What the register has and the database has not, and how many seals came to it."""
        seals = {result["receipt"]: result["digest"] for result in results}
        try:
            register = Register.read(path)
            lost = register.differences(seals)
            return lost, register.add_to(path, seals.items())
        except RegisterIsDamaged as error:
            self._not_compared(f"The register of seals is damaged. {error}")
        except OSError as error:
            self._not_compared(
                f"The register of seals cannot be used: {error.strerror or type(error).__name__}."
            )

    def _not_compared(self, sentence: str) -> NoReturn:
        Checkup.objects.note("verify_sealed", good=False, sentence=sentence)
        raise CommandError(sentence)
