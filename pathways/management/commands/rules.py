"""`manage.py rules`: write docs/rules.md from the rule catalogue."""

from cte_portal.ui.command import PageCommand
from pathways.rules.document import document


class Command(PageCommand):
    help = "Write docs/rules.md from the rule catalogue."
    page = "docs/rules.md"

    def document(self) -> str:
        return document()
