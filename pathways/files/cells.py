"""The value of a text file's cell, without what the program that saved it put around it."""

from __future__ import annotations

import unicodedata

from pathways.files.values import tidy


def unquoted(cell: str) -> str:
    """The value without spaces and quotation marks around it; doubled quotation marks within become
    one. Others belong to the value.
    """
    text = tidy(cell)
    if (
        len(text) > 1
        and text[0] == text[-1] == '"'
        and '"' not in (inner := text[1:-1]).replace('""', "")
    ):
        return tidy(inner.replace('""', '"'))
    return text


def plain(name: str) -> str:
    """A name without what people vary: case and spaces."""
    return " ".join(name.upper().split())


def hidden_character(text: str) -> str:
    """The first character that no value may hold, or nothing."""
    forbidden = ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")
    return next(
        (
            letter
            for letter in text
            if unicodedata.category(letter) in forbidden or letter == "\ufffd"
        ),
        "",
    )
