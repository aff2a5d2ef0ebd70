"""Put files and folders into a simulator by their paths, and see them."""

from __future__ import annotations

from typing import Any, Final

from sbg_bulk.simulator import Folder, Simulator

SOURCE: Final = "rfranklin/cohort-a"
TARGET: Final = "rfranklin/analysis"


class World:
    """The projects of a simulator, as paths."""

    def __init__(self, simulator: Simulator) -> None:
        self._world = simulator.world

    def add(self, *paths: str, size: int = 1000, **given: Any) -> list[str]:
        """Add files, and folders where a path ends with a slash, with those on the way. Their ids.

        Of files what else is given is that of the simulator's `add_file`: dates, tags, metadata.
        """
        made = []
        for path in paths:
            owner, project, *names = path.split("/")
            folder = self._world.projects[f"{owner}/{project}"].root
            for name in names[:-1]:
                found = folder.children.get(name) or self._world.add_folder(name, folder)
                assert isinstance(found, Folder)
                folder = found
            if names[-1]:
                made.append(self._world.add_file(names[-1], folder, size=size, **given).id)
            else:
                made.append(folder.id)
        return made

    def paths(self, project: str) -> list[str]:
        """What is in a project, below it, with a slash at the end of folders."""
        found: list[str] = []

        def go(folder: Folder, above: str) -> None:
            for name, node in folder.children.items():
                is_folder = isinstance(node, Folder)
                found.append(f"{above}{name}{'/' if is_folder else ''}")
                if isinstance(node, Folder):
                    go(node, f"{above}{name}/")

        go(self._world.projects[project].root, "")
        return sorted(found)

    def remove(self, file: str) -> None:
        """Delete a file or folder by its id."""
        self._world.delete(self._world.nodes[file])

    def rename(self, file: str, name: str) -> None:
        """Give a file another name."""
        node = self._world.nodes[file]
        assert node.parent is not None
        self._world.move(node, node.parent, name)
