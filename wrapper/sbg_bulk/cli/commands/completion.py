"""`sbg-bulk completion`."""

from __future__ import annotations

import click

from sbg_bulk.cli.completion import SHELLS, script


@click.command(epilog="Then start a new shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, profiles, runs and paths in SHELL.

    \b
    bash:  echo 'eval "$(sbg-bulk completion bash)"' >> ~/.bashrc
    zsh:   echo 'eval "$(sbg-bulk completion zsh)"' >> ~/.zshrc
    fish:  sbg-bulk completion fish > ~/.config/fish/completions/sbg-bulk.fish

    In zsh put that line after the one with compinit.
    """
    click.echo(script(context.find_root().command, shell), nl=False)
