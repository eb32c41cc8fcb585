"""Whole sets of roster files, in the portal's own columns and in AIM's."""
