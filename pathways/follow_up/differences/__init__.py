"""Answers of Fall CTE files that are not the portal's, side by side until a person decides."""
