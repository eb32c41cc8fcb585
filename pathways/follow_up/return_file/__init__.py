"""A return file, such as the National Student Clearinghouse sends: its rows become answers from
elsewhere, which a person accepts or declines (R-FUP-15).
"""
