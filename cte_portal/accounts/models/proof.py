"""What an identity provider said of a person who proved there who she is, in words."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

Proof = dict[str, Any]
"""`issuer`, `auth_time` (seconds since 1970, or None), `acr` (text), `amr` (list of texts)."""


def proof_words(proof: Proof | None) -> str:
    """Where and when the person proved it, and by what; empty where no provider was asked."""
    if not proof:
        return ""
    ways = [f"{name} {value}" for name in ("acr", "amr") if (value := _claim(proof, name))]
    return ", ".join([_place(proof), *ways])


def _place(proof: Proof) -> str:
    """The provider, and the moment unless no calendar has it, such as one in milliseconds."""
    if proof["auth_time"] is None:
        return str(proof["issuer"])
    try:
        at = timezone.localtime(datetime.datetime.fromtimestamp(proof["auth_time"], datetime.UTC))
    except (OverflowError, ValueError, OSError):
        return str(proof["issuer"])
    return f"{proof['issuer']} at {at:%m/%d/%Y %I:%M:%S %p} MT"


def _claim(proof: Proof, name: str) -> str:
    value = proof.get(name)
    return " ".join(value) if isinstance(value, list) else str(value or "")
