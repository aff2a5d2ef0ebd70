"""Check a live platform against the contract.

Without --allow-writes, only GET requests are made. With it, the project named gets a folder of the run's own, all
that is copied, moved and deleted is in there, and the folder is deleted in the end; files of the project are copied
from. The token is taken from SB_AUTH_TOKEN or from a profile of ~/.sevenbridges/credentials, and is never shown.

Exit status: 0 if the contract is kept, 1 if it is not, 2 if the run could not be done.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import uuid

import httpx

from sbg_bulk.errors import SettingsError
from sbg_bulk.settings.settings import Settings
from scripts.lib.contract.explore import explore
from scripts.lib.contract.reads import read
from scripts.lib.contract.report import CHECKS, Report
from scripts.lib.contract.service import Service, StopError
from scripts.lib.contract.walk import Place, walk

PAUSE = 0.1
"""Seconds between the first looks at a job, on average."""

TIMEOUT = 60.0
"""Seconds that an answer may take."""


def main() -> int:
    options = _parser().parse_args()
    try:
        settings = Settings.find(options.url, profile=options.profile)
    except SettingsError as error:
        print(f"contract: {error}", file=sys.stderr)
        return 2
    token = settings.token.reveal()
    report = Report(strict=False)
    project = options.allow_writes
    stopped = None
    print(f"{settings.endpoint}: {f'writing to {project}' if project else 'reads only'}, seed {options.seed}")
    with httpx.Client(base_url=settings.endpoint, headers={"X-SBG-Auth-Token": token}, timeout=TIMEOUT) as client:
        service = Service(client, report, wait=time.sleep, writes=project is not None)
        try:
            if project is not None:
                walk(service, Place(project, f"contract-{uuid.uuid4()}", PAUSE), options.seed)
            read(service)
            explore(service, options.seed)
        except StopError as error:
            stopped = str(error)
    # Whatever the service has answered, even if it echoes what it was sent, the token goes no further.
    print(_summary(report, stopped).replace(token, "…"))
    if report.violations:
        return 1
    return 0 if stopped is None else 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/contract", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", required=True, help="the base URL, or a platform's short name such as cgc")
    parser.add_argument("--profile", help="the section of the credentials file to take the token from")
    parser.add_argument(
        "--allow-writes", metavar="PROJECT", type=_project, help="a scratch project, owner/project, to work in"
    )
    parser.add_argument("--seed", type=int, default=1, help="what the run draws with; the same seed repeats it (1)")
    return parser


def _project(text: str) -> str:
    if not re.fullmatch(r"[^/\s]+/[^/\s]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form owner/project")
    return text


def _summary(report: Report, stopped: str | None) -> str:
    lines = [f"  note: {note}" for note in report.notes]
    lines += [f"  BROKEN {violation} [{CHECKS[violation.check].promise}]" for violation in report.violations]
    if stopped is not None:
        lines.append(f"  stopped: {stopped}")
    lines.append(
        f"{report.calls.total()} calls of {len(report.calls)} operations, {report.finished} jobs followed to their "
        f"end: {len(report.violations)} violations, {len(report.notes)} notes"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
