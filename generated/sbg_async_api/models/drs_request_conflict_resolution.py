from enum import StrEnum


class DrsRequestConflictResolution(StrEnum):
    OVERWRITE = "OVERWRITE"
    RENAME = "RENAME"
    SKIP = "SKIP"

    def __str__(self) -> str:
        return str(self.value)
