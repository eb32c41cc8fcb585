"""The guide's validation reports (Step Four) as questions to the database: one object feeds screen,
file, command and certification.
"""
