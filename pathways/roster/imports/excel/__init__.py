"""Roster files as Excel workbooks."""
