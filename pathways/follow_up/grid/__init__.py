"""Follow-up Entry: the results of many calls on one page, saved at once."""
