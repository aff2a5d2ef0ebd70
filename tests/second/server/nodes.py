"""Files and folders, and why something is not done."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field


class Refusal(Exception):
    """What was asked for is not done, for this reason."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@define(eq=False)
class Node:
    """A file or folder. The folder without a parent is its project's root."""

    id: str
    name: str
    project: str
    parent: Node | None
    made: float
    changed: float
    size: int | None = None
    children: list[Node] = field(factory=list)
    tags: list[str] = field(factory=list)
    metadata: dict[str, str] = field(factory=dict)
    task: str | None = None
    alias: tuple[str, str] | None = None
    """The volume and the key of the object that it stands for; None if its content is the platform's."""

    @property
    def is_folder(self) -> bool:
        return self.size is None

    @property
    def path(self) -> str:
        return self.project if self.parent is None else f"{self.parent.path}/{self.name}"

    def files(self) -> Iterator[Node]:
        """Produce the file itself, or the files in the folder and below it."""
        if not self.is_folder:
            yield self
        for child in self.children:
            yield from child.files()

    def is_within(self, other: Node) -> bool:
        return self is other or (self.parent is not None and self.parent.is_within(other))
