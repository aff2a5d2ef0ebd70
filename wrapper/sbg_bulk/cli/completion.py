"""Completion in the shell: the scripts that switch it on, and what is completed.

A shell asks by running the command with the variable `_SBG_BULK_COMPLETE`. The answer comes while somebody types: it
must be fast, it reads nothing from the network, and whatever goes wrong, it says nothing. What is on the platform is
known from lists that were shown before; where these are missing or old, a process of its own lists the place, for the
next time that somebody asks.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from itertools import islice
from typing import Final

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from sbg_bulk.settings.deployments import DEPLOYMENTS

VARIABLE: Final = "_SBG_BULK_COMPLETE"
PROGRAM: Final = "sbg-bulk"
SHELLS: Final = ("bash", "zsh", "fish")

_ZSH: Final = """\
local -a bare
        [[ ${completions_with_descriptions[1]} != *[/:]:listed\\ * ]] || bare=(-S '')
        _describe -V unsorted completions_with_descriptions -U "${bare[@]}\""""

_ZSH_BARE: Final = """\
local -a bare
        [[ ${completions[1]} != *[/:] ]] || bare=(-S '')
        compadd -U -V unsorted "${bare[@]}" -a completions"""

_BASH_WORDS: Final = 'COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD'

_BASH_JOINED: Final = """\
local words=() word= open= last=0
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ $word && ${#words[@]} -gt 1 && ( $open || $word == :* ) ]]; then
            words[last]+=$word
        else
            last=${#words[@]}; words+=("$word")
        fi
        [[ $word == *: ]] && open=1 || open=
    done
    word=${words[last]}
    [[ $COMP_WORDBREAKS == *:* ]] && word=${word%"${word##*:}"} || word=
    local response
"""
"""Bash takes the colon of VOLUME:PREFIX for the end of a word, and puts what is offered after it."""

WORK: Final = 0.25
"""Seconds of work of this process that an answer may take."""

WAIT: Final = 3.0
"""Seconds in all, as where the home folder is on a disk that does not answer."""

RUNS: Final = 50
"""The most runs that are offered: the newest ones."""

WORD: Final = re.compile(r"[\w.@%+-]+", re.ASCII)
"""What a shell takes as it is. Shells insert what is offered without quoting it."""


def script(command: click.Command, shell: str) -> str:
    """Return the script for one of `SHELLS`."""
    kind = get_completion_class(shell)
    assert kind is not None, "click knows all of SHELLS"
    # Not `kind.source`: for bash that starts the one found first, which need not be the one that is used.
    source = ShellComplete.source(kind(command, {}, PROGRAM, VARIABLE))
    # A command that is gone or broken must not write into the line that is being typed.
    quiet, places = re.subn(rf"(_complete \$1|_complete {PROGRAM}|-t\) {PROGRAM})\)", r"\1 2>/dev/null)", source)
    assert places == 1, "the script asks the command at one place"
    # What is in a folder is typed next, so no space comes after its slash; fish adds none by itself.
    bare = 'COMPREPLY+=("${value#"$word"}"); [[ $value != *[/:] ]] || compopt -o nospace'
    quiet = quiet.replace("COMPREPLY+=($value)", bare).replace("local response\n", _BASH_JOINED)
    quiet = quiet.replace(_BASH_WORDS, 'COMP_WORDS="${words[*]}" COMP_CWORD=$last')
    quiet = quiet.replace("compadd -U -V unsorted -a completions", _ZSH_BARE)
    quiet = quiet.replace("_describe -V unsorted completions_with_descriptions -U", _ZSH)
    # Fish would sort by the alphabet, and so put the oldest runs first.
    return quiet.replace("complete --no-files ", "complete --keep-order --no-files ")


def answer(command: click.Command) -> None:
    """Answer the shell, silently even if that fails, and exit. An answer that takes too long is none."""
    if hasattr(signal, "setitimer"):  # not on Windows
        _end_after(signal.ITIMER_PROF, signal.SIGPROF, WORK)
        _end_after(signal.ITIMER_REAL, signal.SIGALRM, WAIT)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device
        sys.stderr = nowhere
        try:
            command.main(prog_name=PROGRAM, complete_var=VARIABLE)
        except SystemExit as ended:
            code = ended.code
        except BaseException:  # whatever it is, nobody is to see it
            code = 1
    os._exit(code if isinstance(code, int) else 1)


def _end_after(timer: int, number: int, seconds: float) -> None:
    """End this process after so many seconds, with what it has not written yet."""
    signal.signal(number, lambda *_: os._exit(1))
    signal.setitimer(timer, seconds)


def complete_endpoint(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the short names of the platforms."""
    return [CompletionItem(name, help=url) for name, url in DEPLOYMENTS.items() if name.startswith(incomplete.lower())]


def complete_run(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the ids of the runs in the usual folder, newest first, with what they do where the shell shows that."""
    return _runs(incomplete, unfinished=False)


def complete_unfinished(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the ids of the runs that can be resumed; see `complete_run`."""
    return _runs(incomplete, unfinished=True)


def _runs(incomplete: str, *, unfinished: bool) -> list[CompletionItem]:
    from sbg_bulk.runs import store  # every command has completion, and few have runs

    fit = (path for path in reversed(store.known()) if path.stem.startswith(incomplete) and WORD.fullmatch(path.stem))
    if unfinished:
        fit = (path for path in fit if store.finished(path) is False)
    told = not os.environ.get(VARIABLE, "").startswith("bash")
    return [CompletionItem(path.stem, help=store.title(path) if told else None) for path in islice(fit, RUNS)]
