"""CTE Roster Entry: many records on one page, saved at once."""
