"""Roster files: what they are, how they are read, and the job that carries them in."""
