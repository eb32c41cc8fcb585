"""Names as people look for them and sort them: without accents, apostrophes, hyphens, spaces and
capitals, alike on both databases.

One table of characters is the whole rule. Python and SQLite translate by it, PostgreSQL is handed
it as the arguments of `translate`.
"""

from __future__ import annotations

import unicodedata
from itertools import chain
from typing import Any

from django.db.models import CharField, Func, Value
from django.db.models.expressions import Combinable

# Letters that Unicode takes for letters of their own; people without them on their keyboard type
# these.
_ON_THEIR_OWN = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ð": "d",
    "þ": "th",
    "đ": "d",
    "ħ": "h",
    "ı": "i",
    "ĸ": "k",
    "ł": "l",
    "ŋ": "n",
    "ŧ": "t",
    "ƀ": "b",
    "ɨ": "i",
    "ƶ": "z",
    "ǥ": "g",
    "ə": "e",
}
# ASCII and the Latin letters with their marks, marks that follow a letter, Greek and Cyrillic,
# Vietnamese, typographic hyphens and quotes.
_CHARACTERS = chain(
    range(0x20, 0x250), range(0x2B0, 0x530), range(0x1E00, 0x2000), range(0x2010, 0x2040)
)


def _plain(character: str) -> str:
    if (
        "\u02b0" <= character <= "\u02ff"
    ):  # letters by their name, but written as apostrophes: Hawaiian, Salish
        return ""
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", character.lower())
        if unicodedata.category(letter)[0] in "LN"
    )
    return "".join(
        _ON_THEIR_OWN.get(letter, "" if "\u02b0" <= letter <= "\u02ff" else letter)
        for letter in letters
    )


TABLE = {code: _plain(chr(code)) for code in _CHARACTERS if _plain(chr(code)) != chr(code)}
_ONE = {chr(code): plain for code, plain in TABLE.items() if len(plain) == 1}
_NONE = "".join(chr(code) for code, plain in TABLE.items() if not plain)
_SEVERAL = {chr(code): plain for code, plain in TABLE.items() if len(plain) > 1}


def folded(text: str) -> str:
    """*O’Neil* is *oneil*, *de la Cruz* is *delacruz*, *Álvarez* is *alvarez*."""
    return text.translate(TABLE)


def name_order(last: str, first: str, *more: str) -> tuple[str, ...]:
    """The sorting key of a name, as the databases sort the folded columns; `more` tells apart who
    have the same name.
    """
    return folded(last), folded(first), *more


class Folded(Func):
    """`folded()` as an expression of either database."""

    arity = 1
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function=FUNCTION, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        (source,) = self.get_source_expressions()
        whole: Combinable = Func(
            source,
            Value("".join(_ONE) + _NONE),
            Value("".join(_ONE.values())),
            function="TRANSLATE",
        )
        for character, letters in _SEVERAL.items():
            whole = Func(whole, Value(character), Value(letters), function="REPLACE")
        return compiler.compile(whole)


FUNCTION = "portal_folded"


def teach(connection: Any) -> None:
    """SQLite folds by calling Python; a generated column may, as the answer depends on the text
    alone.
    """
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            FUNCTION,
            1,
            lambda text: None if text is None else folded(str(text)),
            deterministic=True,
        )
