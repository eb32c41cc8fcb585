"""Roster data by hand: pages that add, change, end, remove and show the history of single rows."""
