"""Who left in a school year and what became of them, in the District edition and in the State
edition.
"""
