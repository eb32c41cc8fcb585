"""OneRoster 1.1 and 1.2: the export of another system, read into the portal's own columns."""
