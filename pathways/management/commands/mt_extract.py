"""`manage.py mt_extract`: a district's records in State Format, to standard output."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cte_portal.editions import Scope
from pathways import extract
from pathways.files.layout import LAYOUTS
from pathways.models import District, SchoolYear


class Command(BaseCommand):
    help = "Write a district's records in State Format (TSV) to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", required=True, help="4 digits")
        parser.add_argument("--year", required=True, type=int, help="end year: 2025 for 2024-25")
        parser.add_argument("--type", default="cte-eoy", choices=sorted(LAYOUTS))

    def handle(self, *args: Any, district: str, year: int, type: str, **options: Any) -> None:
        if not District.objects.filter(pk=district).exists() or not SchoolYear.objects.filter(pk=year).exists():
            raise CommandError(f"There is no district {district}, or no school year {year}.")
        extract.write(sys.stdout.buffer, Scope(district, year), "tsv", LAYOUTS[type])
        sys.stdout.buffer.flush()
