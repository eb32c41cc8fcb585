"""Practice data: synthetic districts, students and records, the same for the same seed. None of the
people exists.
"""
