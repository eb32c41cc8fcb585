"""What an identity provider said of a person who proved there who she is, in words."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

Proof = dict[str, Any]
"""`issuer`, `auth_time` (seconds since 1970, or None), `acr` (text), `amr` (list of texts)."""

WAYS = {
    "face": "face",
    "fpt": "fingerprint",
    "hwk": "security key",
    "kba": "answers to questions",
    "mca": "second channel",
    "mfa": "more than one factor",
    "otp": "one-time code",
    "pin": "PIN",
    "pwd": "password",
    "sc": "smart card",
    "sms": "text message",
    "swk": "key on the device",
    "tel": "telephone call",
    "wia": "Windows sign-in",
}
"""Names of `amr` that people meet, in words (RFC 8176)."""


def proof_words(proof: Proof | None) -> str:
    """Where, when and by what the person proved it, in sentences; empty where no provider was
    asked.
    """
    if not proof:
        return ""
    sentences = [f"Signed in at {proof['issuer']}{_moment(proof['auth_time'])}."]
    if ways := ", ".join(map(_way, proof.get("amr") or [])):
        sentences.append(f"Methods (amr): {ways}.")
    if level := proof.get("acr"):
        sentences.append(f"Level (acr): {level}.")
    return " ".join(sentences)


def _moment(auth_time: int | None) -> str:
    """Empty also for one that no calendar has, such as one in milliseconds."""
    if auth_time is None:
        return ""
    try:
        at = timezone.localtime(datetime.datetime.fromtimestamp(auth_time, datetime.UTC))
    except (OverflowError, ValueError, OSError):
        return ""
    return f" on {at:%m/%d/%Y} at {at:%I:%M:%S %p} MT"


def _way(name: str) -> str:
    return f"{WAYS[name]} ({name})" if name in WAYS else name
