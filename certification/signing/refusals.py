"""Refusals of a signature. Nothing was written, and the sentence is for the person."""

from __future__ import annotations

from collections.abc import Sequence

from certification.signing.gates import Verdict
from cte_portal.refusals import Refusal


class NotSigned(Refusal):
    sentence = "Nothing was signed."


class NotACertifier(NotSigned):
    sentence = "You are not an active certifier of this district. Nothing was signed."


class NotReady(NotSigned):
    """Gates are closed; all of them are named at once."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        words = " ".join(verdict.words for verdict in verdicts)
        super().__init__(f"Nothing was signed. {words}")
        self.missing = list(verdicts)


class Changed(NotSigned):
    sentence = (
        "The data at the state have changed since you opened this page. Review the figures again,"
        " then sign. Nothing was signed."
    )
