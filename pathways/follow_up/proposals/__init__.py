"""Answers from elsewhere, which a person accepts or declines (R-FUP-15)."""
