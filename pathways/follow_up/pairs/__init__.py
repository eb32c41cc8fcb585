"""A student on the lists of two districts, of whom OPI says which counts (R-FUP-16)."""
