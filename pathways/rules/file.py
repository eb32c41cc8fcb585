"""What only a file can break (reliability: upload inputs); pathways/files/reader.py finds them, these name them."""

from __future__ import annotations

from pathways.rules.rule import Example, Judges, Kind, OnEntry, Rule, Severity


def _file(rule_id: str, title: str, message: str, remedy: str, field: str, failing: str, passing: str, *, warns: bool = False) -> Rule:
    return Rule(
        id=rule_id,
        title=title,
        message=message,
        remedy=remedy,
        kind=Kind.FILE,
        severity=Severity.INFO if warns else Severity.ERROR,
        on_entry=OnEntry.WARN if warns else OnEntry.REFUSE,
        source="Infinite Campus, CTE End of Year Upload (Montana), and AIM uploads in general",
        field=field,
        judges=Judges.STAGED,
        passing=(Example(text=passing),),
        failing=(Example(text=failing),),
    )


RULES = [
    _file("CTE-400", "The file can be read", "The file cannot be read", "Save it as tab-delimited text (.tsv) and choose it again.", "line",
          "an Excel workbook", "HD, date, time, MT9.1"),
    _file("CTE-401", "A row has all columns", "This line does not have the layout's columns",
          "Compare the line with the template. A tab inside a value shifts all that follows.", "line", "15 columns", "16 columns"),
    _file("CTE-402", "Record Type is CE", "Record Type must be CE", "Write CE in the first column of every row.", "record_type", "EN", "ce"),
    _file("CTE-403", "The row is your district's", "District Number must be your district's",
          "Write your district's four digits, leading zeros kept.", "district", "965", "0965"),
    _file("CTE-404", "A State ID has 9 digits", "A State ID has 9 digits", "Format the column as text, then paste the State IDs again.",
          "student", "99900012", "999000123"),
    _file("CTE-406", "State ID and Local ID belong together", "State ID and Local ID belong to different students",
          "Correct the one that is wrong, or leave the Local ID empty.", "local_id", "the Local ID of another student", "empty"),
    _file("CTE-407", "The name differs", "The portal knows this student by another name",
          "Make sure that the State ID is right. Names are corrected in your student information system.", "last_name",
          "SMYTH for SMITH", "O’NEIL for O'Neil", warns=True),
    _file("CTE-408", "The same row twice", "This line repeats an earlier one and is left out", "Nothing has to be done.", "line",
          "two equal lines", "one line for each student and pathway", warns=True),
    _file("CTE-409", "One student and pathway in two different rows", "Another line has the same student and pathway with other values",
          "Keep the line that is right and take the other out.", "pathway", "1.00 and 1.50 credits", "one line for each student and pathway"),
    _file("CTE-410", "The pathway is on OPI's list", "OPI's list has no such pathway", "Write the code or the name as in OPI's list.", "pathway",
          "Business Mgmt", "business management"),
    _file("CTE-411", "Pathway Credits are District and Transfer Credits together", "Pathway Credits must be District and Transfer Credits together",
          "Correct the number that is wrong.", "total_credits", "2.00 for 1.00 and 0.50", "1.50 for 1.00 and 0.50"),
    _file("CTE-412", "End Year is the year you work in", "End Year must be the year you work in", "Write the end year with four digits.", "end_year",
          "2024", "2025"),
    _file("CTE-413", "No hidden characters", "A value holds a character that is not allowed", "Type the value again instead of pasting it.", "line",
          "a zero-width space within a name", "José"),
    _file("CTE-414", "Values fit their columns", "A value is too long", "Shorten it, or check that no line end is missing.", "line",
          "a name of 51 characters", "a name of 50 characters"),
    _file("CTE-415", "Changed since the preview", "Somebody has changed this record since the file was tested. It is left as it is",
          "Test the file again to see what it would change now.", "line", "saved after the test", "untouched since the test"),
    _file("CTE-421", "Date and time of the header record", "The header record's date or time is unusual",
          "Make sure that this is the file you mean.", "line", "05/08/2031", "05/08/2025", warns=True),
]  # fmt: skip
