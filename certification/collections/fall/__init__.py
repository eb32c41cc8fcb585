"""Fall CTE: the leavers of a year's follow-up list, with what became of them."""
