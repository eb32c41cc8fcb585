"""What only a file can break (reliability: upload inputs); pathways/files/reader.py finds them, these name them."""

from __future__ import annotations

from pathways.rules.rule import Example, Judges, Kind, OnEntry, Rule, Severity


def _file(
    rule_id: str, title: str, problem: str, message: str, remedy: str, field: str, failing: str, passing: str, *, warns: bool = False
) -> Rule:
    return Rule(
        id=rule_id,
        title=title,
        problem=problem,
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
    _file("CTE-400", "The file can be read", "File cannot be read", "The file cannot be read",
          "Save it as tab-delimited text (.tsv) and choose it again.", "line", "an Excel workbook", "HD, date, time, MT9.1"),
    _file("CTE-401", "A row has all columns", "Row has the wrong number of columns", "This line does not have the right number of columns",
          "Compare the line with the template. A tab inside a value moves everything after it.", "line", "15 columns", "16 columns"),
    _file("CTE-402", "Record Type is CE", "Record Type is not CE", "Record Type must be CE", "Enter CE in the first column of every row.",
          "record_type", "EN", "ce"),
    _file("CTE-403", "District Number is your district's", "District Number is not your district's",
          "District Number must be your district's", "Enter your district's four digits, including leading zeros.", "district", "965", "0965"),
    _file("CTE-404", "A State ID has 9 digits", "State ID does not have 9 digits", "A State ID must have 9 digits",
          "Format the column as text, then paste the State IDs again.", "student", "99900012", "999000123"),
    _file("CTE-406", "Local ID is the student's", "Local ID differs from the portal's", "The portal has another Local ID for this student",
          "Correct the Local ID or the State ID, or leave the Local ID empty.", "local_id", "0021 for 0020", "0020, or empty"),
    _file("CTE-407", "Names match the portal's", "Name differs from the portal's", "The portal has this student under another name",
          "Check the State ID. Correct names in your student information system.", "last_name", "SMYTH for SMITH", "O’NEIL for O'Neil",
          warns=True),
    _file("CTE-408", "Each row once", "Same row twice", "This line repeats an earlier line and is skipped", "No action needed.", "line",
          "two equal lines", "one line for each student and pathway", warns=True),
    _file("CTE-409", "One row for each student and pathway", "Two different rows for one student and pathway",
          "Another line has the same student and pathway with other values", "Keep the line that is right and delete the other one.", "pathway",
          "1.00 and 1.50 credits", "one line for each student and pathway"),
    _file("CTE-410", "The pathway is on OPI's list", "Pathway not on OPI's list", "This pathway is not on OPI's list",
          "Enter the code or the name from OPI's list.", "pathway", "Business Mgmt", "business management"),
    _file("CTE-411", "Pathway Credits are District Credits plus Transfer Credits", "Pathway Credits do not add up",
          "Pathway Credits must equal District Credits plus Transfer Credits", "Correct the number that is wrong.", "total_credits",
          "2.00 for 1.00 and 0.50", "1.50 for 1.00 and 0.50"),
    _file("CTE-412", "End Year is the year you work in", "End Year is another year", "End Year must be the year you are working in",
          "Enter the end year with four digits.", "end_year", "2024", "2025"),
    _file("CTE-413", "No hidden characters", "Hidden character in a value", "A value contains a character that is not allowed",
          "Type the value again instead of pasting it.", "line", "a zero-width space within a name", "José"),
    _file("CTE-414", "Values fit their columns", "Value is too long", "A value is too long",
          "Shorten it, or check for a missing line break.", "line", "a name of 51 characters", "a name of 50 characters"),
    _file("CTE-415", "Unchanged since the preview", "Changed since the preview",
          "Someone changed this record after the file was tested. The record was left as it is", "Test the file again to see what it would change now.",
          "line", "saved after the test", "untouched since the test"),
    _file("CTE-421", "The header record has a usual date and time", "Unusual date or time in the header record",
          "The header record has an unusual date or time", "Make sure this is the right file.", "line", "05/08/2031", "05/08/2025", warns=True),
    _file("CTE-422", "Local ID is written as in the portal", "Local ID without its leading zeros",
          "A spreadsheet has changed how the Local ID is written", "No action needed. Format the column as text to keep the zeros.", "local_id",
          "20 for 0020", "0020", warns=True),
]  # fmt: skip
