"""How the exports of another system name what the portal knows."""

from pathways.models.oneroster.link import SourceLink
from pathways.models.oneroster.mapping import OneRosterMapping, OneRosterSchool

__all__ = ["OneRosterMapping", "OneRosterSchool", "SourceLink"]
