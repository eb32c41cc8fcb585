"""District Defined Elements: a district's own questions, and their values in its records."""
