"""OneRoster exports as an import."""
