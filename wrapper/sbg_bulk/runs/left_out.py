"""What is left out of a run before it begins, and why: names that are taken, and what unfinished runs will do."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field, frozen

from sbg_bulk.files.paths import Location
from sbg_bulk.items import DONE_AS, HARMLESS, IN_USE_AS, RISKS
from sbg_bulk.models.resources import File
from sbg_bulk.text import command_line, counted, either, plain, size


@frozen
class Chosen:
    """A file or a folder, which is taken with all its contents.

    Attributes:
        id: its id.
        name: its name.
        is_folder: whether it is a folder.
        size: its size in bytes, where that is known.
        folder: the id of the folder it is in, where that is known.
        place: where it is; None if it was given by its id.
        to: the folder that it goes to; None if it is to be deleted.
        alias: whether it stands for something on a volume; None where that is not known.
        project: the project that it is in, where that is known.
    """

    id: str
    name: str
    is_folder: bool
    size: int | None
    folder: str | None
    place: Location | None
    to: Location | None
    alias: bool | None = None
    project: str | None = None

    @property
    def path(self) -> Location | None:
        """Return where it is, as a path from its project; None for what was given by its id, or is below such."""
        return None if self.place is None or self.place.project is None else self.place

    @property
    def source(self) -> str:
        """Return its path, or its id if it has none, as what is in a folder that was given by its id."""
        return self.id if self.path is None else str(self.path)

    @property
    def destination(self) -> str:
        """Return the path that it will have; empty if it is to be deleted."""
        return "" if self.to is None else str(self.to.below(self.name))


def _other_size(own: int | None, there: int | None) -> str:
    if own is None or there is None:
        return "a file with this name exists there"
    return f"a file with this name and a different size exists there ({size(there)}; this one has {size(own)})"


@frozen
class Clash:
    """Something chosen whose name is taken, by something that is not the same.

    Attributes:
        item: what was chosen.
        there: what has its name where it would go.
    """

    item: Chosen
    there: File

    def __str__(self) -> str:
        return f"{self.destination}: {self.reason}"

    @property
    def destination(self) -> str:
        """Return the path that it would have."""
        return self.item.destination

    @property
    def reason(self) -> str:
        """Return in what the two differ."""
        if self.item.is_folder != self.there.is_folder:
            return f"a {'folder' if self.there.is_folder else 'file'} with this name exists there"
        if self.item.is_folder:
            return "a folder with this name exists there, and does not have the same files"
        return _other_size(self.item.size, self.there.size)


@frozen
class Taken:
    """Something chosen, in whose place there is something else, or may be.

    Attributes:
        source: its path, or its id if it has none; or its place on a volume.
        destination: where it would go.
        size: its size in bytes, where that is known.
        found_size: the size of what is there, where that is known.
    """

    source: str
    destination: str
    size: int | None
    found_size: int | None

    def __str__(self) -> str:
        return f"{self.destination}: {self.reason}"

    @property
    def reason(self) -> str:
        """Return in what the two differ."""
        return _other_size(self.size, self.found_size)


@frozen
class Refused:
    """Something chosen that the platform would refuse, which is why it was left out.

    Attributes:
        source: its path, or its id if it has none.
        reason: why, such as `an alias of an object on a volume`.
    """

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


@frozen
class Pending:
    """What an unfinished run of this machine is still going to do, which is why it was left out.

    Attributes:
        run: the run's id.
        job_type: what it does, such as COPY.
        files: how many of the files and folders that were chosen.
        in_use: whether another process is working on it.
        wanted: what was to be done with these files, such as COPY.
        kept: paths, or ids, of the first things that are not deleted because of it; empty unless that was asked for.
    """

    run: str
    job_type: str
    files: int
    in_use: bool = False
    wanted: str = ""
    kept: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kept:
            more = f" and {self.files - len(self.kept):,} more" if self.files > len(self.kept) else ""
            use = IN_USE_AS.get(self.job_type, "using")
            state = "" if self.in_use else " It is not finished."
            return plain(f"Not deleted: {', '.join(self.kept)}{more}, which run {self.run} is {use}.{state}")
        done = DONE_AS.get(self.job_type, "used")
        files = f"{counted(self.files, 'file')} {'is' if self.files == 1 else 'are'}"
        state = "is running" if self.in_use else "is not finished"
        return f"{files} being {done} by run {self.run}, which {state}."

    def remedy(self, command: Callable[..., str] = command_line, *, optional: bool = True) -> str:
        """Return what to do about it, in two lines.

        Args:
            command: makes the command lines in it.
            optional: whether a new run may be started anyway.
        """
        resume = either(command("runs", "resume", self.run), f"client.resume({self.run!r})")
        again = either("--new-run", "new_run=True")
        first = "Wait until it has finished." if self.in_use else f"Resume it with: {resume}"
        if not optional:
            forget = command("runs", "forget", self.run, "--force")
            return f"{first}\nIf you do not want to resume it, delete its journal: {forget}"
        risk = f": {RISKS[self.wanted]}" if self.wanted in RISKS and self.job_type not in HARMLESS else ""
        if self.kept:
            return f"{first}\nTo delete {'it' if self.files == 1 else 'them'} anyway, add {again}{risk}."
        return f"{first}\nTo start a new run anyway, add {again}{risk}."


@define
class Conflicts:
    """What was found where things go, and what is left to be done.

    Attributes:
        left: what is to be done, in the order of what was chosen.
        existing: how many files are there already.
        unsized: how many of them have a size that the service does not tell.
        different: what is not the same as what has its name there; the first of it if there is much.
        differing: how many there are of these.
        renamed: how many files will be renamed.
        overwritten: how many take the place of what is there.
        described: how many files are there already, and get metadata that they do not have.
        pending: what unfinished runs of this machine are still going to do.
        moved: how many folders are no more where they were to be moved from, and are where they were to go.
        requests: how many requests it took.
    """

    left: list[Chosen] = field(factory=list)
    existing: int = 0
    unsized: int = 0
    different: list[Clash | Taken] = field(factory=list)
    differing: int = 0
    renamed: int = 0
    overwritten: int = 0
    described: int = 0
    pending: tuple[Pending, ...] = ()
    moved: int = 0
    requests: int = 0

    @property
    def clashes(self) -> list[Clash]:
        """Return those of what is different that are on the platform."""
        return [one for one in self.different if isinstance(one, Clash)]

    def add(self, other: Conflicts, shown: int) -> None:
        """Count others in; keep so many of what is different at most."""
        self.existing += other.existing
        self.unsized += other.unsized
        self.differing += other.differing
        self.renamed += other.renamed
        self.different += other.different[: max(0, shown - len(self.different))]

    def differs(self, clash: Clash | Taken, shown: int) -> None:
        """Count something that is not the same as what has its name; keep so many of these at most."""
        self.differing += 1
        self.different += [clash][: max(0, shown - len(self.different))]
