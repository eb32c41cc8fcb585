"""`manage.py messages`: write docs/messages.md, the table of every refusal and finding by its
id.
"""

from certification.management.sentences import document
from cte_portal.ui.command import PageCommand


class Command(PageCommand):
    help = "Write docs/messages.md from the source."
    page = "docs/messages.md"

    def document(self) -> str:
        return document()
