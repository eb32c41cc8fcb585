"""Who works where while anything is killed: 20 clerks in 5 districts, 6 who upload in 3, 2 who send
all 8, 1 who signs district after district.
"""

CLERKS, LOADERS, SENDERS = 20, 6, 2
EACH = 30  # records in a file


def clerk_district(at: int) -> str:
    return f"91{at % 5:02d}"


def loader_district(at: int) -> str:
    return f"92{at % 3:02d}"


def signer_districts(signatures: int) -> list[str]:
    return [f"93{at:02d}" for at in range(signatures)]
