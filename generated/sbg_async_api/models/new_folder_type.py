from enum import StrEnum


class NewFolderType(StrEnum):
    FOLDER = "folder"

    def __str__(self) -> str:
        return str(self.value)
