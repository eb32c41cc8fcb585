"""The students of a district as a list that a person works from."""
