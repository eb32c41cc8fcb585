"""`manage.py draw`: write docs/developers/pictures.md, what the code says of its own shape, drawn
in Mermaid.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.conf import settings
from django.db import models

from certification.models import CertificationEvent, Recertification, Round
from cte_portal.editions import Home
from cte_portal.ui.command import PageCommand

HEAD = """# Pictures

Drawn from the code. `python3 manage.py draw` writes this page; a test and `check_all` compare it. What the pictures mean: [architecture](architecture.md).
"""
APPS = {
    "accounts": "People",
    "batches": "The Batch Queue",
    "pathways": "Students, pathways and rosters",
    "certification": "Certifying",
}
EDITIONS = {Home.BOTH: "both editions", Home.DISTRICT: "District", Home.STATE: "State"}
BEGINS: dict[type[models.Model], tuple[str, ...]] = {
    CertificationEvent: (CertificationEvent.Status.DRAFT,),
    Round: (Round.Status.OPEN,),
    Recertification: (
        Recertification.Status.ASKED,
        Recertification.Status.APPROVED,
    ),  # approved: OPI's own request
}


class Command(PageCommand):
    help = "Write docs/developers/pictures.md: layers, models and states, from the code."
    page = "docs/developers/pictures.md"

    def document(self) -> str:
        return "\n".join([HEAD, *layers(), *states(), *data()])


def mermaid(lines: Iterable[str]) -> list[str]:
    return ["```mermaid", *lines, "```", ""]


def layers() -> Iterator[str]:
    """The contracts of import-linter: what stands higher may import what stands lower, never the
    other way round.
    """
    yield "## Layers\n"
    configuration = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    for contract in configuration["tool"]["importlinter"]["contracts"]:
        if contract["type"] != "layers":
            continue
        floors = [
            [name.strip("() ") for name in layer.replace(":", "|").split("|")]
            for layer in contract["layers"]
        ]
        lines = ["flowchart TD"]
        lines += [f'    floor{number}["{", ".join(floor)}"]' for number, floor in enumerate(floors)]
        lines += [f"    floor{number} --> floor{number + 1}" for number in range(len(floors) - 1)]
        within = (
            f" (inside {', '.join(contract['containers'])})" if contract.get("containers") else ""
        )
        yield f"### {contract['name']}{within}\n"
        yield from mermaid(lines)


def states() -> Iterator[str]:
    """The transition tables `MOVES` of the models."""
    yield "## States\n"
    for model, begins in BEGINS.items():
        labels = dict(model._meta.get_field("status").choices or ())  # type: ignore[union-attr]
        lines = ["stateDiagram-v2", *(f"    {state}: {label}" for state, label in labels.items())]
        lines += [f"    [*] --> {state}" for state in begins]
        for state, following in model.MOVES.items():  # type: ignore[attr-defined]
            lines += [f"    {state} --> {after}" for after in following or ("[*]",)]
        yield f"### {str(model._meta.verbose_name).capitalize()}\n"
        yield from mermaid(lines)


def data() -> Iterator[str]:
    """Each app's tables and their foreign keys, then where each table is kept and what it is
    for.
    """
    yield "## Data\n"
    for name, title in APPS.items():
        tables = sorted(apps.get_app_config(name).get_models(), key=lambda model: model.__name__)
        lines = ["erDiagram", *(f"    {model.__name__}" for model in tables)]
        for model in tables:
            for field in model._meta.get_fields():
                if isinstance(field, models.ForeignKey) and not field.auto_created:
                    lines.append(
                        f"    {field.related_model.__name__} {cardinality(field)} {model.__name__}"
                        f" : {field.name}"
                    )
        yield f"### {title}\n"
        yield from mermaid(lines)
        yield "| Table | Kept in | Fields |"
        yield "|---|---|---|"
        for model in tables:
            edition = EDITIONS[getattr(model, "lives_in", Home.DISTRICT)]
            fields = ", ".join(
                f"`{field.name}`"
                for field in model._meta.get_fields()
                if not field.auto_created and field.concrete
            )
            yield f"| {model.__name__} | {edition} | {fields} |"
        yield ""


def cardinality(field: models.ForeignKey[models.Model]) -> str:
    """As Mermaid writes it: one, or at most one, to many; to at most one where the key is
    unique.
    """
    return f"{'|o' if field.null else '||'}--{'o|' if field.unique else 'o{'}"
