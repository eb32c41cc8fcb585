"""Rules of files: those of every file, and those of Fall CTE."""
