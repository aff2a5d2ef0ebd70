"""A person who follows `spec/README.md` in an empty folder gets a program that copies a file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

import pytest

from sbg_bulk.simulator import Simulator, running
from scripts.lib import languages, npm
from scripts.lib.languages.kits import go, java, r
from scripts.lib.languages.scenario import SPEC
from scripts.lib.languages.tools import MissingToolError, command
from tests.languages.reading import SECTION, blocks, commands, examples, section
from tests.languages.toolchains import missing

COMMANDS: Mapping[str, Sequence[str]] = {
    "Python": (),
    "TypeScript": (),
    "R": ("java", "R"),
    "Go": ("java", "go"),
    "Java": ("java", "javac"),
}
"""The commands that each language needs."""


def require(language: str, folder: Path) -> None:
    """Raise MissingToolError where the tools of a language are not installed."""
    for name in COMMANDS[language]:
        command(name)
    if language == "R":
        r.require_packages(folder)
    if language == "Java":
        java.classpath()


@pytest.fixture
def service() -> Iterator[tuple[Simulator, str]]:
    """A simulator whose jobs have ended by the first look at them, so that no example sleeps; and its base URL."""
    simulator = Simulator(seed="examples", speed=1e9)
    with running(simulator) as url:
        yield simulator, url


@pytest.fixture
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with `node`, `npm` and `npx`; the Python package that has them puts none of them there."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "node").symlink_to(npm.NODE)
    for name in ("npm", "npx"):
        (folder / name).write_text(f'#!/bin/sh\nexec "{npm.NODE}" "{npm.script(name)}" "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    return os.pathsep.join([str(folder), os.environ["PATH"]])


def environment(folder: Path, url: str, path: str) -> Mapping[str, str]:
    """The environment of a shell in which the tools are installed as the section says."""
    return {
        **os.environ,
        "PATH": path,
        "NODE_OPTIONS": os.environ.get("NODE_OPTIONS", "--use-system-ca"),
        "npm_config_prefer_offline": "true",
        "npm_config_update_notifier": "false",
        "GOPROXY": "off",
        "GOCACHE": str(folder / ".cache"),
        "SB_API_ENDPOINT": url,
        "SB_AUTH_TOKEN": "demo-token",
    }


def follow(language: str, folder: Path, url: str, path: str) -> str:
    """Do in an empty folder what the section says for a language; return the last line that comes of it."""
    shutil.copy(SPEC, folder)
    (folder / "tools").symlink_to(sys.prefix)
    script = ["set -euo pipefail"]
    for block in examples()[language]:
        if block.file is None:
            script.append(commands(block))
        else:
            (folder / block.file).write_text(block.text, encoding="utf-8")
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env=environment(folder, url, path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("language", COMMANDS)
def test_the_example_copies_a_file_and_says_so(
    language: str, tmp_path: Path, service: tuple[Simulator, str], path: str
) -> None:
    simulator, url = service
    try:
        require(language, tmp_path)
    except MissingToolError as error:
        missing(str(error))
    assert follow(language, tmp_path, url, path) == "1 copied, 0 failed"
    operations = [request.operation for request in simulator.requests]
    assert operations == ["submit_copy_job", "get_copy_job"]


def test_each_language_has_an_example_of_about_ten_lines() -> None:
    assert examples().keys() == COMMANDS.keys()
    for language, parts in examples().items():
        [program] = [part for part in parts if part.file is not None]
        statements = [line for line in program.text.splitlines() if re.search(r"\w", line) and not is_import(line)]
        assert 5 <= len(statements) <= 12, f"{language}: {len(statements)} lines"


def is_import(line: str) -> bool:
    """Whether a line only makes names known."""
    return re.match(r"import |from |package |suppress|public (class|static)|func main", line.strip()) is not None


def test_the_versions_named_are_those_that_are_tested() -> None:
    [setup] = blocks(section(SECTION, 2).partition("\n### ")[0])
    pinned = dict(re.findall(r"(\S+)==(\S+)", setup.text))
    assert pinned == {name: metadata.version(name) for name in ("openapi-python-client", "openapi-generator-cli")}
    manifest = (Path(languages.__file__).parent / "typescript" / "package.json").read_text(encoding="utf-8")
    install = commands(examples()["TypeScript"][0]).splitlines()[0]
    named = re.findall(r"(\S+)@([\d.]+)", install)
    assert sorted(named) == sorted(re.findall(r'"([^"]+)": "(\d[\d.]+)"', manifest))


def test_the_options_of_the_generators_are_those_of_the_scripts() -> None:
    for language, options in {"R": r.OPTIONS, "Go": go.OPTIONS, "Java": java.OPTIONS[:4]}.items():
        assert " ".join(options) in re.sub(r"\s+", " ", commands(examples()[language][0])), language
