"""The Fall CTE file: the outcomes of a year's leavers, a line a student."""
