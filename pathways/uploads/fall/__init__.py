"""MT Data Upload of a Fall CTE file: outcomes of leavers, which never overwrite an answer
(R-FUP-12).
"""
