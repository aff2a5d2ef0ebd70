"""The shells, as a person uses them: a line is typed, and completed with the tabulator."""

from __future__ import annotations

import re
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final

from tests.languages.toolchains import missing
from tests.support.terminal import Dialogue
from tests.support.waiting import PATIENCE

PROMPT: Final = "READY> "
BELL: Final = "\x07"

# In place of the command, when the line is entered.
SHOW: Final = "sbg-bulk() { printf '<%s>' \"$@\"; echo; }"


def needed(shell: str) -> str:
    """The path of a shell."""
    return shutil.which(shell) or missing(f"needs {shell}: install the package {shell}")


class Shell(ABC):
    """A shell that has loaded the script.

    Args:
        env: the environment it is started in.
    """

    @abstractmethod
    def offers(self, line: str) -> list[tuple[str, str]]:
        """What is offered for a line that ends at the cursor: the words, with what is shown beside each."""

    @abstractmethod
    def completed(self, line: str) -> str:
        """The line with what is put in by itself, as the arguments that the command gets then: `<one><two>`."""

    @abstractmethod
    def complaints(self, line: str) -> str:
        """All that is shown when nothing is offered."""

    @abstractmethod
    def close(self) -> None:
        """End it."""


class _Talking(Shell):
    """One that is typed to, on a terminal."""

    start: tuple[str, ...]
    setup: tuple[str, ...]

    def __init__(self, env: Mapping[str, str]) -> None:
        self._terminal = Dialogue([needed(self.start[0]), *self.start[1:]], env)
        # So that the command that sets the prompt is not taken for the prompt.
        for line in (*self.setup, SHOW, f"PS1='{PROMPT[:2]}''{PROMPT[2:]}'"):
            self._terminal.send(f"{line}\n")
        self._terminal.expect(PROMPT)

    def offers(self, line: str) -> list[tuple[str, str]]:
        self._terminal.send(f"{line}\t")
        self._terminal.expect(line)
        # The prompt is shown again below the list.
        listed = _plain(self._terminal.expect(PROMPT))
        self._clear()
        found: list[tuple[str, str]] = []
        # What the words have in common may have been put in, on the line itself.
        for row in filter(None, map(str.strip, listed.split("\n")[1:])):
            name, beside, told = row.partition(" -- ")
            found += [(name.strip(), told)] if beside else [(word, "") for word in row.split()]
        return found

    def completed(self, line: str) -> str:
        self._terminal.send(f"{line}\t\n")
        self._terminal.expect("\n<")
        return "<" + self._terminal.expect(f"\n{PROMPT}")

    def complaints(self, line: str) -> str:
        self._terminal.send(f"{line}\t")
        self._terminal.expect(line)
        shown = _plain(self._terminal.expect(BELL))
        self._clear()
        return shown

    def close(self) -> None:
        self._terminal.close()

    def _clear(self) -> None:
        self._terminal.send("\x15echo cle''ared\n")
        self._terminal.expect("cleared\n")
        self._terminal.expect(PROMPT)


class Bash(_Talking):
    start = ("bash", "--norc", "--noprofile", "-i")
    setup = (
        "bind 'set enable-bracketed-paste off'",
        "bind 'set show-all-if-ambiguous on'",
        "bind 'set completion-display-width 0'",
        "bind 'set completion-query-items 0'",
        'eval "$(sbg-bulk completion bash)"',
    )


class Zsh(_Talking):
    start = ("zsh", "-f", "-i")
    setup = (
        "unset zle_bracketed_paste",
        "LISTMAX=0",
        "setopt no_list_ambiguous no_auto_menu no_prompt_sp no_prompt_cr",
        "autoload -Uz compinit && compinit -u -D",
        'eval "$(sbg-bulk completion zsh)"',
    )


class Fish(Shell):
    """Fish tells by itself what it would offer."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._program = needed("fish")
        words = ["sbg-bulk", "completion", "fish"]
        self._script = subprocess.run(words, env=env, check=True, capture_output=True, text=True).stdout

    def _asked(self, line: str) -> subprocess.CompletedProcess[str]:
        asking = f"{self._script}\ncomplete --do-complete $argv[1]"
        words = [self._program, "--no-config", "-c", asking, line]
        return subprocess.run(words, env=self._env, capture_output=True, text=True, timeout=PATIENCE)

    def offers(self, line: str) -> list[tuple[str, str]]:
        told = self._asked(line)
        assert (told.returncode, told.stderr) == (0, "")
        pairs = (row.partition("\t") for row in told.stdout.splitlines())
        return [(word, beside) for word, _, beside in pairs]

    def completed(self, line: str) -> str:
        ((word, _),) = self.offers(line)
        *before, _ = line.split(" ")
        return "".join(f"<{one}>" for one in [*before[1:], word])

    def complaints(self, line: str) -> str:
        told = self._asked(line)
        return told.stdout + told.stderr

    def close(self) -> None:
        """Nothing is left of it."""


SHELLS: Final[Mapping[str, type[Bash] | type[Zsh] | type[Fish]]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def _plain(text: str) -> str:
    """Without what moves the cursor, switches modes or rings the bell."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\a]", "", text)
