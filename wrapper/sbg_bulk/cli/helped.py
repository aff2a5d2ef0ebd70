"""The help of a command: its options in groups, and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import click

from sbg_bulk.cli.advice import destination_first
from sbg_bulk.cli.examples import EXAMPLES
from sbg_bulk.text import command_line

GROUPS: Final[Mapping[str, str]] = {
    "Selection": "--include --match --exclude --tag --metadata --newer-than --type --recursive --error-on-no-match "
    "--dir --clear --manifest --drs --files-from --format --one-way --each-file",
    "Destination": "--to --to-project --to-folder --destination-from-manifest --parents --flatten --on-conflict "
    "--preserve-structure --with-tag --no-check --delete --copy-only --replace-with-alias",
    "Safety": "--yes --dry-run --save-plan --verify --adopt --resubmit",
    "Run": "--label --detach --timeout --notify --new-run --journal --items-per-job --jobs-in-flight --reserve --pace "
    "--give-up-after --list-lag --new-ids",
    "Check": "--allow-writes --export-to --drs-uri --second-token-from --alone --job-timeout --max-requests --only "
    "--promise",
    "Simulator": "--port --host --i-know --seed --speed --rate-limit --fault --variant --tls",
    "Output": "--csv --json --html --junit --quiet --verbose",
    "Connection": "--endpoint --profile",
}
"""The groups in their order, and the options of each; what is in none comes last."""

OTHER: Final = "Other"
"""The group of what is in none."""

FEW: Final = 8
"""As many options are read at a glance; only more are put in groups."""

_EVERYWHERE: Final = ("--endpoint", "--profile", "--quiet", "--verbose")

_GROUP_OF: Final = {option: group for group, options in GROUPS.items() for option in options.split()}


def group_of(option: click.Parameter) -> str:
    """Return the group of an option."""
    return next((_GROUP_OF[name] for name in option.opts if name in _GROUP_OF), OTHER)


def grouped(command: click.Command, context: click.Context) -> dict[str, list[tuple[str, str]]]:
    """Return the options that the help of a command shows: those of each group, as names and what they do."""
    found: dict[str, list[tuple[str, str]]] = {group: [] for group in (*GROUPS, OTHER)}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option):
            found[group_of(parameter)].append(record)
    records = [record for group in found.values() for record in group]
    return found if len(records) > FEW else {"Options": records}


def path_of(context: click.Context) -> str:
    """Return the words that call a command, without the name of the program, and without aliases."""
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, context.command.name or "")
        context = context.parent
    return " ".join(names)


def write_list(formatter: click.HelpFormatter, rows: Sequence[tuple[str, str]]) -> None:
    """Write names and what they mean, with enough room for that on a narrow terminal too."""
    formatter.write_dl(rows, col_max=min(30, formatter.width * 3 // 8))


class Helped(click.Command):
    """A command whose help has its options in groups, and examples."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what was typed, and say how to give a destination that stands where other tools have it."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as error:
            if error.param is not None and error.param.name == "to":
                _, left, _ = self.make_parser(ctx).parse_args(given)
                if len(left) == 1:
                    raise destination_first(left[0], ctx) from None
            raise

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and which others can follow any command."""
        for group, records in grouped(self, ctx).items():
            if records:
                with formatter.section(group):
                    write_list(formatter, records)
        everywhere = [max(one.opts, key=len) for one in self.params if isinstance(one, click.Option) and one.hidden]
        if "--verbose" in everywhere:
            names = ", ".join(name for name in everywhere if name in _EVERYWHERE)
            formatter.write_paragraph()
            formatter.write_text(f"Global options, see '{command_line('--help')}': {names}.")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and what comes last."""
        if examples := EXAMPLES.get(path_of(ctx)):
            with formatter.section("Examples"):
                for number, (what, words) in enumerate(examples.items()):
                    if number:
                        formatter.write("\n")
                    indent = " " * formatter.current_indent
                    for line in (f"# {what}:", *broken(words, formatter.width - formatter.current_indent)):
                        formatter.write(f"{indent}{line}\n")
        super().format_epilog(ctx, formatter)


_WORD: Final = r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+"
_UNIT: Final = re.compile(rf"--?[a-z-]+ (?!-){_WORD}|{_WORD}")
"""A word of a command, or an option with what may be its value."""


def broken(command: str, width: int) -> Iterator[str]:
    """Produce the lines of a shell's command that fit a width, as a shell takes them too."""
    line = ""
    for word in _UNIT.findall(command):
        if line and len(line) + 1 + len(word) > width - 2:
            yield f"{line} \\"
            line = f"    {word}"
        else:
            line = f"{line} {word}" if line else word
    yield line
