"""How the CTE Participant Detail is laid out, in the guide's order (Step Two A and B)."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout, LayoutObject
from django import forms
from django.template.loader import render_to_string

from pathways.ledger.shape import CREDITS
from pathways.records.lingo import LINGO, Term


class LayoutPart(LayoutObject):
    """A piece of the layout with a template of its own, which sees the page's context and, as
    `fields`, the fields within.
    """

    def __init__(self, template: str, *fields: Any) -> None:
        self.template = template
        self.fields = list(fields)

    def render(
        self, form: forms.Form, context: Any, template_pack: Any = None, **options: Any
    ) -> str:
        fields = self.get_rendered_fields(form, context, template_pack, **options)
        return render_to_string(
            self.template, {**context.flatten(), "form": form, "fields": fields}
        )


class Definition(LayoutObject):
    """What a term of the guide means, one key away from its field."""

    def __init__(self, *terms: Term, question: str = "") -> None:
        self.terms = terms
        self.question = question or terms[0].question

    def render(
        self, form: forms.Form, context: Any, template_pack: Any = None, **options: Any
    ) -> str:
        return render_to_string(
            "pathways/records/definition.html", {"terms": self.terms, "question": self.question}
        )


def helper_of(form: forms.Form) -> FormHelper:
    """Where each field stands: two columns, the credits as one sheet."""
    sheet = LayoutPart(
        "pathways/records/credits_sheet.html",
        *(Field(name, template="pathways/records/credits_row.html") for name in CREDITS),
    )
    entered = Div(
        "pathway",
        LayoutPart("pathways/records/pathways_entered.html"),
        Definition(LINGO["pathway"]),
    )
    pathway = (
        entered if "pathway" in form.fields else LayoutPart("pathways/records/pathway_fixed.html")
    )
    explained = Definition(
        *(LINGO[name] for name in ("pathway_credits", *CREDITS)),
        question="Which credits count where?",
    )
    single_parent = [
        "single_parent",
        *(["apply_to_all"] if "apply_to_all" in form.fields else []),
    ]
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(
        Div(
            Div(
                pathway,
                Div(
                    Div(
                        "concentrator",
                        LayoutPart("pathways/records/concentrator_hint.html"),
                        Definition(LINGO["concentrator"]),
                    ),
                    Div(
                        *single_parent,
                        LayoutPart("pathways/records/single_parent_hint.html"),
                        Definition(LINGO["single_parent"]),
                    ),
                    Div("start_date", Definition(LINGO["start_date"])),
                    LayoutPart("pathways/records/modified_date.html"),
                    css_class="pair",
                ),
                css_class="fields",
            ),
            Div(
                Div(sheet, explained),
                LayoutPart("pathways/records/modified_by.html"),
                css_class="fields",
            ),
            css_class="columns",
        ),
        "version",
    )
    return helper
