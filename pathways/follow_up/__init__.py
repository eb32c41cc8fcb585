"""What became of concentrators who graduated or dropped out (design D7)."""
