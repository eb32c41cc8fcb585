"""A district asks to add a student to its list or to remove one; OPI decides (R-FUP-04)."""
