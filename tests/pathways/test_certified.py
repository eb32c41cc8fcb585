"""What the records ask of certification is answered, and an answer that is missing is a sentence
before the portal starts.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks

from certification.answers import Answers
from cte_portal.checks import TAG, refuse_to_start

HERE = "certification.answers.ANSWERS"


def sentences() -> list[str]:
    return [error.msg for error in run_checks(tags=[TAG])]


def test_every_question_is_answered() -> None:
    assert sentences() == []


@pytest.mark.parametrize("answer", [name for name in vars(Answers) if not name.startswith("_")])
def test_a_missing_answer_is_a_sentence(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Answers, answer)
    assert sentences() == [f"{HERE}.{answer} is missing."]
    with pytest.raises(
        SystemExit, match=r"is missing\. pathways/certified\.py says what must be answered\."
    ):
        refuse_to_start()


@pytest.mark.parametrize(
    ("answer", "function", "sentence"),
    [
        ("sealed_year", lambda: None, "sealed_year must take 1 argument, and <lambda> takes ()."),
        (
            "lock_links",
            lambda lock: None,
            "lock_links must take 2 arguments, and <lambda> takes (lock).",
        ),
        (
            "rules_changed",
            lambda event: None,
            "rules_changed must take 0 arguments, and <lambda> takes (event).",
        ),
        ("year_is_held", "", "year_is_held must be a function, and is ''."),
    ],
)
def test_an_answer_that_cannot_be_asked_so_is_a_sentence(
    answer: str, function: object, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answers, answer, staticmethod(function) if callable(function) else function)
    assert sentences() == [f"{HERE}.{sentence}"]


def test_a_wrong_name_is_a_sentence(settings: Any) -> None:
    settings.PORTAL_CERTIFIED = "certification.answer.ANSWERS"
    assert [
        sentence.startswith(
            "PORTAL_CERTIFIED names certification.answer.ANSWERS, which is not there: "
        )
        for sentence in sentences()
    ] == [True]
