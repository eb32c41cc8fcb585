"""A refusal has one sentence, which ends with a full stop, wherever an action refuses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from django import forms

from certification.management.sentences import sources
from certification.signing.refusals import NotACertifier, NotSigned
from cte_portal.refusals import Refusal


def kinds(base: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


def ends_well(words: str) -> bool:
    return words.endswith((".", "{…}"))


def parts_of(words: ast.expr) -> str:
    """A text in the source; what is computed stands as {…}."""
    if isinstance(words, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in words.values
        )
    return (
        words.value if isinstance(words, ast.Constant) and isinstance(words.value, str) else "{…}"
    )


def test_sentences_of_refusals_end_with_a_full_stop() -> None:
    names = {kind.__name__ for kind in kinds()}
    assert names >= {
        NotSigned.__name__,
        NotACertifier.__name__,
        "NotApplied",
        "CannotRun",
        "TooMany",
        "Locked",
    }
    assert all(ends_well(kind.sentence) for kind in kinds())
    raised = {}
    for path in sources():
        source = path.read_text()
        if not any(name in source for name in names):
            continue
        for node in ast.walk(ast.parse(source)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in names
                and node.args
            ):
                raised[path.name, node.lineno] = parts_of(node.args[0])
    assert len(raised) > 40
    assert {place: words for place, words in raised.items() if not ends_well(words)} == {}


class PlaceForm(forms.Form):
    town = forms.CharField()


def test_a_refusal_is_shown_beside_its_field_or_above_the_form() -> None:
    form = PlaceForm({"town": "Helena"})
    Refusal("Someone else has that town.", field="town").show_on(form)
    Refusal("Nobody lives there.", field="street").show_on(form)
    Refusal().show_on(form)
    assert form.errors["town"] == ["Someone else has that town."]
    assert form.non_field_errors() == ["Nobody lives there.", "Nothing was saved."]
