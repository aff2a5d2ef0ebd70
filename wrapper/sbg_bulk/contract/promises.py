"""The promises that are checked: what each says, how well it is founded, and on what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from sbg_bulk.contract.levels import Level
from sbg_bulk.contract.listed_promises import LISTED_TABLE
from sbg_bulk.contract.stored_promises import STORED_TABLE


@frozen
class Promise:
    """Something that a service promises.

    Attributes:
        name: the name, for `--promise` and for tests.
        level: how well it is founded.
        text: what is promised, in a sentence.
        source: what says so: a page of the documentation, a part of the contract, or what clients do.
        parts: the parts of a check that look at it.
    """

    name: str
    level: Level
    text: str
    source: str
    parts: frozenset[str]

    @property
    def writes(self) -> bool:
        """Whether it is checked only where the check may write."""
        return self.parts <= WRITING


PARTS: Final = (
    *("walk", "bulk", "imports", "exports", "drs", "bodies"),
    *("account", "access", "refusals", "lists", "jobs", "files", "storage", "generated"),
)
"""The parts of a check, in the order in which they are done."""

WRITING: Final = frozenset(PARTS[: PARTS.index("account")])
"""Those that are done only where writing is allowed."""

_D, _E, _G = Level.DOCUMENTED, Level.EXPECTED, Level.GUESS
_ALL: Final = " ".join(PARTS)


_TABLE: Final[tuple[tuple[str, Level, str, str, str], ...]] = (
    # Every answer.
    (
        "conformance",
        _D,
        "Every response has a documented status, media type, body and headers.",
        "contract, responses and schemas",
        _ALL,
    ),
    ("no-server-error", _E, "No request gets a server error.", "contract, ServerError", _ALL),
    (
        "error-body",
        _D,
        "The body of an error repeats its HTTP status.",
        "contract, introduction: Errors",
        _ALL,
    ),
    ("error-code", _E, "An error has an API code.", "contract, introduction: Errors", _ALL),
    ("error-words", _G, "An error has a message and more_info.", "contract, ErrorBody", _ALL),
    ("known-code", _G, "The code of an error is documented for its status.", "contract, responses", _ALL),
    ("token-kept", _E, "No response contains the token.", "security practice", _ALL),
    (
        "rate-headers",
        _E,
        "Every response has X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset.",
        "contract, introduction; documentation, rate limit",
        _ALL,
    ),
    (
        "rate-count",
        _E,
        "Each call reduces the remaining requests by one; reading /rate_limit costs none.",
        "documentation, rate limit",
        _ALL,
    ),
    ("rate-seconds", _G, "X-RateLimit-Reset is in seconds.", "contract, X-RateLimit-Reset", _ALL),
    ("accepted", _E, "Every call accepts a valid token.", "contract, Unauthorized", _ALL),
    # The account.
    ("rate-agrees", _E, "/rate_limit agrees with the headers.", "contract, RateLimit", "account"),
    (
        "cors",
        _E,
        "No other site may read responses with credentials.",
        "security practice",
        "account generated",
    ),
    ("served", _E, "The calls for jobs, files, projects and the account are available.", "contract, paths", "account"),
    (
        "served-more",
        _G,
        "The calls for volumes, imports, exports and bulk edits are available.",
        "contract, paths",
        "account",
    ),
    # Who may.
    (
        "no-token",
        _D,
        "A request without a token gets 401 and no data.",
        "contract, Unauthorized",
        "access bodies",
    ),
    (
        "wrong-token",
        _D,
        "A request with an unknown token gets 401 and no data.",
        "contract, Unauthorized",
        "access bodies",
    ),
    (
        "private",
        _E,
        "Another user can neither read nor change your jobs, transfers, files, projects or volumes.",
        "contract, list_async_jobs, JobNotFound, TransferNotFound, Forbidden",
        # Of jobs and imports, those that are started first are asked for.
        "access walk imports drs bodies",
    ),
    # What is refused.
    (
        "bad-query",
        _D,
        "A query that the contract excludes is refused with 400.",
        "contract, BadQuery, BadFileQuery, BadVolumeQuery, BadTransfer",
        "refusals files storage bodies",
    ),
    (
        "edges",
        _D,
        "A value at the limit of what the contract allows is accepted.",
        "contract, parameters",
        "refusals bodies",
    ),
    (
        "not-found",
        _D,
        "A request for something that does not exist gets 404.",
        "contract, JobNotFound, FileNotFound, ProjectNotFound, TransferNotFound, VolumeNotFound",
        "refusals imports exports drs",
    ),
    (
        "unknown-path",
        _E,
        "A path that is not in the contract gets 404.",
        "documentation, code 90003",
        "refusals",
    ),
    (
        "methods",
        _E,
        "A method that is not in the contract is refused with 405.",
        "documentation, code 90006",
        "refusals bodies",
    ),
    (
        "allow-header",
        _E,
        "A 405 response has an Allow header with the methods of the path.",
        "RFC 9110, 15.5.6",
        "refusals bodies",
    ),
    (
        "bad-body",
        _D,
        "A body that the contract excludes is refused with 400.",
        "contract, BadItems, BadFolder, BadBulk, BadTransfer, BadDrsItems",
        "bodies bulk",
    ),
    (
        "media-type",
        _D,
        "A body whose Content-Type is not JSON is refused with 415.",
        "contract, UnsupportedMediaType",
        "bodies",
    ),
    (
        "name-taken",
        _D,
        "Creating a folder whose name already exists is refused with 409.",
        "contract, NameTaken",
        "bodies bulk",
    ),
    (
        "folder-made",
        _D,
        "A new folder can be read where it was created.",
        "contract, create_folder",
        "bodies walk bulk imports drs",
    ),
    ("double-underscore", _G, "A folder name that begins with __ is refused.", "contract, BadFolder", "bodies"),
    *LISTED_TABLE,
    # Jobs.
    (
        "own-jobs-only",
        _D,
        "The list of jobs has only your own jobs, and each can be read.",
        "contract, list_async_jobs",
        "jobs walk",
    ),
    ("listed-once", _D, "Each job is in the list exactly once.", "contract, list_async_jobs", "jobs walk"),
    (
        "details-match-list",
        _D,
        "A job's details agree with its entry in the list.",
        "contract, list_async_jobs",
        "jobs walk",
    ),
    (
        "own-type-only",
        _D,
        "A job can be read only with the call for its type.",
        "contract, get_copy_job",
        "jobs walk",
    ),
    ("job-href", _D, "The href of a job is the URL of that job.", "contract, Job.href", "jobs walk"),
    ("known-type", _G, "A job has one of the types known today.", "contract, JobType", "jobs"),
    (
        "dates",
        _E,
        "A job ends after it starts, and has finished_on exactly if it has ended.",
        "contract, Job, ImportJob, ExportJob",
        "jobs walk imports exports drs",
    ),
    (
        "counts-add-up",
        _E,
        "Completed and failed files never exceed the total, and add up to it in the end.",
        "contract, Job",
        "jobs walk",
    ),
    (
        "counts-match-result",
        _E,
        "A job whose result has errors has failed files.",
        "contract, introduction",
        "jobs walk",
    ),
    ("failures-told", _G, "A job with failed files has errors in its result.", "contract, introduction", "jobs walk"),
    ("known-state", _G, "A job is in one of the states known today.", "contract, JobState", "jobs walk"),
    ("finished-is-final", _D, "A finished job does not change.", "contract, Job.state", "walk"),
    ("never-back", _E, "A job goes through its states in order.", "contract, JobState", "walk"),
    ("counts-never-shrink", _E, "The numbers of completed and failed files never decrease.", "contract, Job", "walk"),
    ("ends", _D, "A job ends.", "contract, introduction", "walk"),
    (
        "one-submit-one-job",
        _D,
        "A submission starts one job; a refused one starts none.",
        "contract, submit_copy_job",
        "walk bodies",
    ),
    (
        "readable",
        _D,
        "A job can be read as soon as it is submitted, and after its end.",
        "contract, get_copy_job",
        "walk jobs",
    ),
    ("result-given", _D, "A finished job has a result.", "contract, introduction", "walk"),
    ("result-complete", _G, "A result has one entry for each item.", "several clients", "walk"),
    ("result-in-order", _G, "The entries of a result are in the order of the items.", "several clients", "walk"),
    (
        "result-names",
        _D,
        "A result names what is at the destination or, for a deletion, what was deleted.",
        "contract, ResourceReference",
        "walk",
    ),
    # What jobs do.
    ("items-done", _E, "Valid items succeed.", "contract, submit_copy_job", "walk bulk exports"),
    (
        "failed-items",
        _E,
        "Invalid items fail and change nothing.",
        "contract, submit_copy_job",
        "walk",
    ),
    (
        "copy-effects",
        _D,
        "A copy has a new id, and the same name and content, at every depth; its source stays.",
        "contract, submit_copy_job",
        "walk",
    ),
    ("copy-metadata", _E, "A copy has the metadata of its source.", "several clients", "walk"),
    (
        "move-effects",
        _D,
        "A moved file keeps its id, is at its destination and no longer at its source.",
        "contract, submit_move_job",
        "walk",
    ),
    (
        "move-merges",
        _D,
        "A moved folder is merged with one of the same name; no file is lost, clashing names get a prefix.",
        "contract, submit_move_job",
        "walk",
    ),
    ("folder-id", _E, "A moved folder gets a new id.", "contract, submit_move_job", "walk"),
    ("delete-effects", _D, "What is deleted is gone, with all its contents.", "contract, submit_delete_job", "walk"),
    ("untouched", _E, "A job changes nothing but its items.", "contract, submit_copy_job", "walk"),
    ("cleaned-up", _E, "The scratch folder can be deleted.", "contract, submit_delete_job", "walk"),
    *STORED_TABLE,
)

PROMISES: Final[Mapping[str, Promise]] = MappingProxyType(
    {name: Promise(name, level, text, source, frozenset(parts.split())) for name, level, text, source, parts in _TABLE}
)
"""All promises, by name."""


def parts_of(names: Iterable[str]) -> frozenset[str]:
    """Return the parts of a check that look at promises. Raises ValueError for a name that there is not."""
    unknown = [name for name in names if name not in PROMISES]
    if unknown:
        raise ValueError(f"There is no promise {unknown[0]!r}. The promises are: {', '.join(PROMISES)}.")
    return frozenset().union(*(PROMISES[name].parts for name in names))
