"""`manage.py mt_extract`: a district's records or leavers in State Format, to standard output."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from cte_portal.editions import Scope
from cte_portal.ui.command import PortalCommand
from pathways.files import extract
from pathways.files.layout import CTE_FALL, LAYOUTS
from pathways.follow_up.drawing import follow_up_list
from pathways.management.questions import require_district
from pathways.models import SchoolYear


class Command(PortalCommand):
    json_help = "a refusal as JSON on standard output"
    help = "Write a district's records, or its leavers, in State Format (TSV) to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", required=True, help="4 digits")
        parser.add_argument("--year", required=True, type=int, help="end year: 2025 for 2024-25")
        parser.add_argument("--type", default="cte-eoy", choices=sorted(LAYOUTS))

    def handle(self, *args: Any, district: str, year: int, type: str, **options: Any) -> None:
        require_district(district)
        if not SchoolYear.objects.filter(pk=year).exists():
            raise CommandError(f"There is no school year {year}.")
        scope = Scope(district, year)
        if type == CTE_FALL.slug and follow_up_list(scope) is None:
            raise CommandError(f"OPI does not follow up the school year {year}.")
        extract.write(sys.stdout.buffer, scope, "tsv", LAYOUTS[type])
        sys.stdout.buffer.flush()
