"""Paths are completed from lists that were shown before; what is missing or old is listed for the next time."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest

from sbg_bulk.cli import place_completion
from sbg_bulk.cli.known_places import IN_ALL, OF_A_PLACE, PROJECTS, VOLUMES, KnownPlaces
from sbg_bulk.cli.place_completion import FRESH, LISTING
from sbg_bulk.settings.settings import Settings
from tests.cli.completion.answers import LOADED, answered
from tests.cli.completion.shells import SHELLS, Bash, Shell
from tests.cli.harness import MINE, TARGET, TOKEN, Run, Served, environment, run_here
from tests.support.waiting import PATIENCE, until

FOLDER = f"{TARGET}/incoming"


class Clock:
    """A time that passes when it is told to."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def places(tmp_path: Path, clock: Clock) -> KnownPlaces:
    return KnownPlaces(tmp_path / "cache" / "places.json", clock)


def test_names_are_known_with_their_age(places: KnownPlaces, clock: Clock) -> None:
    assert places.listed("o/p") is None
    places.remember({"o/p": ["a/", "b.bam"], PROJECTS: ["o/p/"]})
    clock.now += 90
    assert places.listed("o/p") == (90, ["a/", "b.bam"])
    places.remember({"o/p": []})
    assert places.listed("o/p") == (0, [])
    assert places.listed(PROJECTS) == (90, ["o/p/"])


def test_the_oldest_are_forgotten_where_there_are_too_many(places: KnownPlaces, clock: Clock) -> None:
    names = [f"{number}" for number in range(OF_A_PLACE + 5)]
    for number in range(25):
        clock.now += 1
        places.remember({f"o/{number}": names})
    kept = [(number, listed) for number in range(25) if (listed := places.listed(f"o/{number}")) is not None]
    assert [number for number, _ in kept] == list(range(25 - len(kept), 25))
    assert IN_ALL - OF_A_PLACE <= sum(len(listed.names) for _, listed in kept) <= IN_ALL


def test_a_place_is_listed_by_one_at_a_time(places: KnownPlaces, clock: Clock) -> None:
    assert [places.claim("o/p", 10), places.claim("o/p", 10), places.claim("o/q", 10)] == [True, False, True]
    clock.now += 10
    assert places.claim("o/p", 10)
    clock.now -= 100
    # A clock that was set back holds nothing up.
    assert places.claim("o/p", 10)


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "no json", '{"places": {"a": 1}, "claims": {}}', '{"places": {"a": ["x", []]}, "claims": {}}'],
)
def test_a_file_that_makes_no_sense_is_as_none(places: KnownPlaces, content: str) -> None:
    assert places.file is not None
    places.file.parent.mkdir()
    places.file.write_text(content)
    assert places.listed("a") is None
    places.remember({"a": ["b"]})
    assert places.listed("a") == (0, ["b"])


def test_where_nothing_can_be_kept_nothing_is_known_and_nobody_told(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "cache").touch()
    for file in (None, tmp_path / "cache" / "places.json"):
        places = KnownPlaces(file, clock)
        places.remember({"a": ["b"]})
        assert places.listed("a") is None
        assert not places.claim("a", 10)


def test_the_file_is_of_one_user_of_one_endpoint_and_does_not_hold_the_token(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    found = [
        KnownPlaces.of(Settings.find(endpoint, token))
        for endpoint, token in (("cgc", "one-token"), ("cgc", "other-token"), ("us", "one-token"))
    ]
    assert len({places.file for places in found}) == 3
    file = found[0].file
    assert file is not None
    found[0].remember({"a": ["b"]})
    assert file.is_relative_to(home / ".cache" / "sbg-bulk")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "token" not in str(file) + file.read_text()


def files_of(home: Path) -> list[Path]:
    return list((home / ".cache" / "sbg-bulk" / "places").glob("*.json"))


def kept(home: Path) -> dict[str, list[str]]:
    """The names that are kept, by their places."""
    return {
        place: names for file in files_of(home) for place, (_, names) in json.loads(file.read_text())["places"].items()
    }


@pytest.fixture
def connected(service: Served, home: Path, env: dict[str, str]) -> dict[str, str]:
    """The environment of a user of a service, in a shell that finds the command."""
    return env | environment(home, service.url) | {"PATH": env["PATH"]}


@pytest.fixture
def listed(connected: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in connected.items():
        monkeypatch.setenv(name, value)
    return lambda *words: run_here(monkeypatch, capsys, words)


def test_volumes_are_completed_from_the_list_of_them(listed: Run, connected: dict[str, str], home: Path) -> None:
    assert answered(connected, "sbg-bulk volumes ls rfr") == [""]
    until(lambda: VOLUMES in kept(home))
    assert "rfranklin/my-volume" in kept(home)[VOLUMES]
    assert answered(connected, "sbg-bulk volumes check rfranklin/my-v")[1::3] == ["rfranklin/my-volume"]
    assert listed("volumes", "list").code == 0


PREFIXES = {"import": "import ", "export": "export --copy-only --to ", "check": "check o/p ", "ls": "volumes ls "}


@pytest.mark.parametrize("command", PREFIXES.values(), ids=PREFIXES)
def test_prefixes_of_volumes_are_completed_as_folders_are(
    service: Served, connected: dict[str, str], home: Path, command: str
) -> None:
    volume = "rfranklin/lab"
    objects = {"run-1/a.bam": 1, "run-1/b.bam": 1, "run-2/deep/c.bam": 1, "readme": 1}
    service.simulator.world.volumes.add(volume, objects=objects)
    line = f"sbg-bulk {command}"
    assert answered(connected, f"{line}{volume}:ru") == [""]
    until(lambda: f"{volume}:" in kept(home))
    assert kept(home)[f"{volume}:"] == ["readme", "run-1/", "run-2/"]
    offered = answered(connected, f"{line}{volume}:ru")
    assert [one.replace("\\", "") for one in offered[1::3]] == [f"{volume}:run-1/", f"{volume}:run-2/"]
    assert all(one.startswith("listed ") for one in offered[2::3])
    answered(connected, f"{line}{volume}:run-1/a")
    until(lambda: f"{volume}:run-1/" in kept(home))
    offered = answered(connected, f"{line}{volume}:run-1/a")
    assert [one.replace("\\", "") for one in offered[1::3]] == [f"{volume}:run-1/a.bam"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_prefix_is_put_in_by_each_shell_with_no_space_after_a_folder(
    service: Served, connected: dict[str, str], shell: str, listed: Run
) -> None:
    service.simulator.world.volumes.add("rfranklin/lab", objects={"run-1/a.bam": 1, "readme": 1})
    for words in (("list",), ("ls", "rfranklin/lab"), ("ls", "rfranklin/lab:run-1/")):
        assert listed("volumes", *words).code == 0
    started: Shell = SHELLS[shell](connected)
    try:
        before = "sbg-bulk import --to o/p "
        for typed, put in (("rfranklin/la", "lab:"), ("rfranklin/lab:ru", "lab:run-1/")):
            assert started.completed(f"{before}{typed}") == f"<import><--to><o/p><rfranklin/{put}>"
        for typed in ("rfranklin/lab:re", "rfranklin/lab:run-1/", "rfranklin/lab:run-1/a"):
            whole = "lab:readme" if typed.endswith("re") else "lab:run-1/a.bam"
            assert started.completed(f"{before}{typed}") == f"<import><--to><o/p><rfranklin/{whole}>"
    finally:
        started.close()


def test_what_lists_show_is_remembered(listed: Run, home: Path) -> None:
    assert listed("ls", TARGET, "--match", "nothing").code == 0
    assert "incoming/" in kept(home)[TARGET]
    assert listed("files", "list", MINE, "--long", "--json").code == 0
    assert "sample.bam" in kept(home)[MINE]
    assert listed("projects", "list").code == 0
    assert f"{MINE}/" in kept(home)[PROJECTS]
    before = kept(home)
    # Parts of a list are not taken for all of it.
    for words in (["ls", FOLDER, "--name", "x"], ["projects", "list", "--name", "my"], ["ls", f"{MINE}/sample.bam"]):
        listed(*words)
    assert kept(home) == before


def test_a_tree_is_remembered_folder_by_folder(listed: Run, home: Path, service: Served) -> None:
    target = service.simulator.world.projects[TARGET]
    service.simulator.world.add_file("deep.bam", service.simulator.world.add_folder("new", target), size=1)
    assert listed("files", "tree", TARGET).code == 0
    assert {"incoming/", "new/"} <= set(kept(home)[TARGET])
    assert kept(home)[f"{TARGET}/new"] == ["deep.bam"]


def test_the_shell_is_answered_at_once_and_the_place_listed_for_the_next_time(
    connected: dict[str, str], home: Path
) -> None:
    for line, place in (("sbg-bulk copy rfr", PROJECTS), (f"sbg-bulk ls {TARGET}/", TARGET)):
        assert answered(connected, line) == [""]
        until(lambda place=place: place in kept(home))  # type: ignore[misc]
    offered = answered(connected, f"sbg-bulk copy --to {TARGET}/inc")
    assert offered[:2] == ["plain", f"{FOLDER}/"]
    assert offered[2].startswith("listed ")
    assert offered[2].endswith(" s ago")
    assert f"{MINE}/" in answered(connected, "sbg-bulk sync rfranklin/my")


@pytest.mark.parametrize(
    "command", ["copy", "move --to", "delete", "sync", "check", "ls", "files tree", "du", "mkdir", "open", "volumes ls"]
)
def test_an_answer_connects_to_nothing_and_loads_neither_the_engine_nor_what_draws(
    connected: dict[str, str], command: str
) -> None:
    line = f"sbg-bulk {command} {TARGET}/"
    asked = {"_SBG_BULK_COMPLETE": "zsh_complete", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    ended = subprocess.run(
        [sys.executable, "-c", LOADED], env=connected | asked, capture_output=True, timeout=PATIENCE, text=True
    )
    assert ended.stdout.splitlines()[-1] == "loaded"


@pytest.mark.parametrize("slow", ["while True: pass", "time.sleep(60)"], ids=["work", "wait"])
def test_an_answer_that_takes_too_long_is_none(connected: dict[str, str], slow: str) -> None:
    program = f"""
import time
from sbg_bulk.cli import main, place_completion


def listed(self, place):
    {slow}


place_completion.KnownPlaces.listed = listed
main()
"""
    asked = {"_SBG_BULK_COMPLETE": "bash_complete", "COMP_WORDS": f"sbg-bulk ls {TARGET}/", "COMP_CWORD": "2"}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=connected | asked, capture_output=True, timeout=PATIENCE, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")


@pytest.mark.parametrize("line", ["sbg-bulk ls rfranklin/my", "sbg-bulk copy rfranklin/my-project/"])
def test_where_nobody_can_be_asked_nothing_is_offered(env: dict[str, str], line: str) -> None:
    # There is no token, or none with an endpoint.
    assert answered(env, line) == [""]


def test_a_place_is_listed_again_only_when_its_list_is_old(
    listed: Run, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    started: list[str] = []
    monkeypatch.setattr(place_completion, "_list_for_later", lambda _, place: started.append(place))
    monkeypatch.setattr(
        KnownPlaces, "of", lambda settings, real=KnownPlaces.of: KnownPlaces(real(settings).file, clock)
    )
    context = click.Context(click.Command("x"))
    parameter = click.Argument(["place"])

    def offered() -> list[tuple[str, str | None]]:
        found = place_completion.complete_place(context, parameter, f"{TARGET}/inc")
        return [(one.value, one.help) for one in found]

    assert offered() == []
    assert offered() == []
    assert started == [TARGET]
    assert listed("ls", TARGET).code == 0
    clock.now += FRESH
    assert offered() == [(f"{FOLDER}/", "listed 5 min ago")]
    assert started == [TARGET]
    clock.now += 3600
    assert offered() == [(f"{FOLDER}/", "listed 65 min ago")]
    assert started == [TARGET, TARGET]
    clock.now += LISTING
    offered()
    assert len(started) == 3


def test_names_that_a_shell_would_take_for_more_than_a_word_are_not_offered(
    listed: Run, service: Served, connected: dict[str, str]
) -> None:
    target = service.simulator.world.projects[TARGET]
    for name in ("x$(y).bam", "x y.bam", "x.bam"):
        service.simulator.world.add_file(name, target, size=1)
    assert listed("ls", TARGET).code == 0
    assert answered(connected, f"sbg-bulk ls {TARGET}/x")[1::3] == [f"{TARGET}/x.bam"]


@pytest.mark.parametrize("name", SHELLS)
def test_shells_complete_paths_a_folder_at_a_time(listed: Run, connected: dict[str, str], name: str) -> None:
    assert listed("ls", TARGET).code == listed("projects", "list").code == 0
    shell: Shell = SHELLS[name](connected)
    try:
        assert shell.completed(f"sbg-bulk ls {TARGET}/inc") == f"<ls><{FOLDER}/>"
        if isinstance(shell, Bash) or name == "zsh":
            # Typing goes on in the folder.
            assert shell.completed(f"sbg-bulk ls {TARGET[:14]}\tincom") == f"<ls><{FOLDER}/>"
    finally:
        shell.close()
    assert TOKEN not in str(files_of(Path(connected["HOME"])))
