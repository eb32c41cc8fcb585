"""`manage.py verify_sealed`: recomputes every sealed copy's digest and names what differs; exit
code 1 if anything does.

`--text RECEIPT` writes the text that one copy's digest covers (docs/adr/0007), for `sha256sum` and
for who wants to read it.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from certification.models import SealedCopy
from certification.signing.sealing import differences, text_of
from cte_portal.ui.command import PortalCommand
from cte_portal.watch.models import Checkup


class Command(PortalCommand):
    help = "Recompute every sealed copy and report any that differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--text", metavar="RECEIPT", help="write the text that this receipt's seal covers"
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
        if options["json"]:
            self.stdout.write(json.dumps({"sealed": results}))
        else:
            for result in results:
                self.stdout.write(
                    f"{result['receipt']}  {'; '.join(result['differs']) or 'matches its seal'}"
                )
            self.stdout.write(
                f"{len(results):,} sealed, {number_broken:,} differ{'s' if number_broken == 1 else ''}."
            )
        sentence = (
            f"{number_broken:,} of {len(results):,} sealed copies differ from their seals. Find out"
            " why before anything else is changed."
            if number_broken
            else f"{len(results):,} sealed copies match their seals."
        )
        Checkup.objects.note("verify_sealed", good=not number_broken, sentence=sentence)
        if number_broken:
            sys.exit(1)
