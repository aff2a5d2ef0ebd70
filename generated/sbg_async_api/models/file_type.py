from enum import StrEnum


class FileType(StrEnum):
    FILE = "file"
    FOLDER = "folder"

    def __str__(self) -> str:
        return str(self.value)
