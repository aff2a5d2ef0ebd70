"""`sbg-bulk --version`: what this is, and what it was made from."""

from __future__ import annotations

import sys
from typing import Final

import click

from sbg_bulk.cli.options.common import F

DIGITS: Final = 12
"""How much of a digest is shown: enough to tell two contracts apart, and short enough to be read aloud."""


def version_option(function: F) -> F:
    """Give a command the option `--version`, which tells and ends."""
    return click.option(
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_tell,
        help="Show the version, and those of the contract, its generator and Python.",
    )(function)


def _tell(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(version_text())
        context.exit()


def version_text() -> str:
    """Return the version of this package on the first line, then those of what it was made from and runs on."""
    # All this takes long, and every command has the option.
    from sbg_bulk.provenance import Provenance

    found = Provenance.found()
    contract = f"contract {found.contract_version}, sha256 {found.contract_digest[:DIGITS]}"
    if found.contract_digest != found.generated_from:
        contract += f" (the client was generated from another: sha256 {found.generated_from[:DIGITS]})"
    return "\n".join(
        (
            f"sbg-bulk {found.package_version}",
            contract,
            f"generator {found.generator}",
            f"Python {sys.version.split()[0]}",
        )
    )
