"""Whatever the environment and the arguments hold: a message and a documented exit code, no traceback and no secret."""

from __future__ import annotations

import io
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import pytest

from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.cli import main
from sbg_bulk.cli.app import FAULT
from sbg_bulk.cli.exits import MEANINGS, Exit
from tests.cli.commands import commands
from tests.cli.harness import COMMAND, COPIED_JOB, FILE, FOLDER, MINE, TARGET, TOKEN, Run, Served
from tests.support.waiting import PATIENCE

TRIALS: Final = 500
SEED: Final = 20261128

SECRET: Final = "0123456789abcdef0123456789abcdef"
WORD: Final = "S3cret-of-the-proxy"
BYTES: Final = "\udcff\udcfe"
"""What is not UTF-8, as Python hands it over."""

ADDRESSES: Final = (
    "https://cgc-api..example.org/v2",
    "https://cgc-api.example.org\u200b/v2",
    "https://127.0.0.1:99999/v2",
    "https://127.0.0.1:0/v2",
    "http://localhost:9/v2",
    "http://[::1/v2",
    "http://[::1%lo]:9/v2",
    f"https://{'a' * 70}.example.org/v2",
    "http://127.0.0.1:9/v2",
    f"https://me:{SECRET}@cgc-api.sbgenomics.com/v2",
    f"https://cgc-api.sbgenomics.com/v2/{SECRET}",
    f"https://cgc-api.sbgenomics.com/v2?token={SECRET}",
    f"http://{BYTES}.localhost/v2",
    "https://xn--\u00fc.example.org/v2",
    "https://256.256.256.256/v2",
    "http://127.0.0.1:9/v2/%zz",
    "\u00b2",
    SECRET,
    "https://",
    "cgc",
)

PROXIES: Final = (
    f"http://user:{WORD}/x@proxy.example.org:3128",
    f"http://user:{WORD}@[proxy:3128",
    f"http://user:{WORD}#@127.0.0.1:9",
    f"socks5://user:{WORD}@127.0.0.1:9",
    f"ftp://user:{WORD}@127.0.0.1",
    f"user:{WORD}@127.0.0.1:9",
    f"http://user:{WORD}{BYTES}@127.0.0.1:9",
    "http://pr\u00f6xy:3128",
    "http://proxy..example:3128",
    "http://127.0.0.1:99999",
    "\u00b2",
    "direct",
    "",
)

VALUES: Final[dict[str, tuple[str | None, ...]]] = {
    "SB_API_ENDPOINT": (None, *ADDRESSES),
    "SB_AUTH_TOKEN": (None, "", " ", f"{SECRET}\u200b", f"{SECRET}{BYTES}", f"\ufeff{SECRET}", f"{SECRET} {SECRET}"),
    "SB_PROFILE": (None, "", SECRET, "mine", "indented", "nowhere", BYTES, "a]b", "\u00b2", "DEFAULT"),
    "HTTP_PROXY": (None, *PROXIES),
    "HTTPS_PROXY": (None, *PROXIES),
    "https_proxy": (None, *PROXIES),
    "ALL_PROXY": (None, *PROXIES),
    "NO_PROXY": (None, "", "*", "localhost,127.0.0.1,::1/128", "[::1]", "fd00:1234::/64", BYTES, ",:/,[", "a:b:c"),
    "SSL_CERT_FILE": (None, "", "/nowhere", "/dev/null", "/", BYTES, "{home}/credentials", "x" * 5000),
    "SSL_CERT_DIR": (None, "{home}", "/nowhere", "/dev/null", BYTES, "x" * 5000),
    "HOME": (None, "", "/", "/dev/null", "{home}", "{home}/read-only", "~", BYTES, "relative", "x" * 5000),
    "XDG_STATE_HOME": (None, "", "~", "/dev/null", "{home}/read-only", BYTES, "relative", "x" * 5000, "/proc"),
    "XDG_CACHE_HOME": (None, "", "~", "/dev/null", "{home}/read-only", BYTES, "relative", "x" * 5000, "/proc"),
    "COLUMNS": (None, "abc", "0", "-1", "\u00b2", "9" * 30, "1.5", ""),
    "LINES": (None, "abc", "\u00b2", "9" * 30),
    "TERM": (None, "", "dumb", "nonsense", BYTES),
    "LANG": (None, "", "nonsense", "de_DE.ISO-8859-1", BYTES),
    "LC_ALL": (None, "C", "POSIX", "nonsense", "tr_TR.UTF-8"),
    "TZ": (None, "nonsense", BYTES, ":/nowhere"),
    "TMPDIR": (None, "/nowhere", "{home}/read-only"),
    "FORCE_COLOR": (None, "1", BYTES),
    "NO_COLOR": (None, "1"),
    "JUPYTER_COLUMNS": (None, "\u00b2"),
}

CREDENTIALS: Final = (
    f"[mine]\napi_endpoint={{url}}\nauth_token={TOKEN}\n[indented]\napi_endpoint = {{url}}\n auth_token = {SECRET}\n",
    f"[mine]\napi_endpoint = {SECRET}\nauth_token = {{url}}\n[{SECRET}]\nauth_token = {SECRET}\n",
    f"[mine\nauth_token = {SECRET}\n",
    f"[default]\napi_endpoint = https://me:{SECRET}@x.example/v2\nauth_token = {SECRET}\n",
    "",
)

TEXTS: Final = (
    *(MINE, f"{MINE}/", FILE, FOLDER, TARGET, "{home}/manifest.csv", "{home}/read-only/x", "{home}", "-", "default"),
    *(
        "",
        " ",
        "/",
        ":",
        "a:b/c",
        "../..",
        "o/p/" + "x" * 300,
        BYTES,
        f"o/p/{BYTES}",
        f"o{BYTES}/p",
        "\u200b",
        "\0"[:0],
    ),
    *(
        "20261128-101500-ab12",
        "{home}/nothing.sbg-run",
        "x" * 5000,
        "\x1b[31m",
        "*.bam",
        "[",
        "nan",
        "-1",
        "1e999",
        "0",
    ),
    *("7d", "2026-13-45", "https://cavatica.sbgenomics.com/u/o/p/files/", "\u00b2", "9" * 40, "file", "cgc:o/p"),
    *("https://[::1/u/o/p", f"https://cavatica.sbgenomics.com/u/o/{BYTES}", "{home}/odd.tsv", "\u2028", "a\nb", "off"),
)


USUAL: Final[dict[str, tuple[str, ...]]] = {
    "check": (MINE, TARGET),
    "completion": ("bash",),
    "configure": ("--list",),
    "contract": ("http://127.0.0.1:9/v2", "--max-requests", "1"),
    "copy": (MINE, "--to", TARGET, "--yes"),
    "delete": (FILE, "--yes"),
    "events-schema": (),
    "export": (MINE, "--to", "rfranklin/bucket:out", "--copy-only", "--yes"),
    "files list": (MINE,),
    "files tree": (MINE,),
    "help": ("copy",),
    "import": ("rfranklin/bucket:in/", "--to", TARGET, "--yes"),
    "jobs list": (),
    "jobs show": (COPIED_JOB,),
    "jobs wait": (COPIED_JOB,),
    "du": (MINE,),
    "ls": (MINE,),
    "open": (MINE, "--print"),
    "metadata get": (MINE,),
    "metadata set": ("--manifest", "{home}/manifest.csv", "--dry-run"),
    "mkdir": (f"{TARGET}/new", "--parents"),
    "move": ("--manifest", "{home}/manifest.csv", "--to", TARGET, "--dry-run"),
    "projects list": ("--name", "my"),
    "rate-limit": (),
    "runs export": ("{home}/run.sbg-run",),
    "runs forget": ("{home}/run.sbg-run",),
    "runs list": (),
    "runs report": ("{home}/run.sbg-run",),
    "runs resume": ("{home}/run.sbg-run",),
    "runs retry": ("{home}/run.sbg-run",),
    "runs show": ("{home}/run.sbg-run",),
    "runs verify": ("{home}/run.sbg-run",),
    "simulate": ("--seed", "empty"),
    "sync": (MINE, "--to", TARGET, "--yes"),
    "tag add": (FILE, "--tag", "seen", "--yes"),
    "tag list": (MINE,),
    "tag remove": (FILE, "--tag", "seen", "--yes"),
    "tag set": (FILE, "--tag", "seen", "--yes"),
    "volumes check": ("rfranklin/bucket",),
    "volumes list": (),
    "volumes ls": ("rfranklin/bucket:in/",),
    "whoami": (),
}
"""A call of each command that does something, in an environment that has what it needs."""


def usual_words(draw: random.Random, words: tuple[str, ...]) -> list[str]:
    """A call of a command as people write it, with something odd in one place or nowhere."""
    given = [*words, *USUAL[" ".join(words)]]
    if len(given) > len(words) and draw.random() < 0.4:
        given[draw.randrange(len(words), len(given))] = draw.choice(TEXTS)
    if draw.random() < 0.3:
        given.append(draw.choice(("-v", "-q", "--json")))
    return given


def odd_words(draw: random.Random, words: tuple[str, ...], command: click.Command) -> list[str]:
    """A call of a command with options and arguments of all kinds; most are ones that it has."""
    given = list(words)
    for parameter in draw.sample(command.params, draw.randint(0, min(4, len(command.params)))):
        if isinstance(parameter, click.Option):
            given.append(draw.choice(parameter.opts))
            if not parameter.is_flag and not parameter.count:
                fit = list(parameter.type.choices) if isinstance(parameter.type, click.Choice) else []
                given.append(str(draw.choice([*TEXTS, *map(str, fit * 4)])))
    for parameter in command.params:
        if isinstance(parameter, click.Argument) and draw.random() < 0.9:
            given += draw.choices(TEXTS, k=draw.choice((1, 1, 2, 3)) if parameter.nargs == -1 else 1)
    if draw.random() < 0.2:
        given.insert(0, draw.choice(("-v", "-q")))
    if draw.random() < 0.3:
        given += [draw.choice(("--profile", "--endpoint")), draw.choice((*TEXTS, *ADDRESSES))]
    return given


def odd_environment(draw: random.Random, url: str) -> dict[str, str]:
    """An environment that a service may be reached in, or not."""
    chosen = {name: draw.choice(VALUES[name]) for name in draw.sample(sorted(VALUES), draw.choice((1, 1, 1, 2, 5)))}
    usual = {"HOME": "{home}", "SB_API_ENDPOINT": url, "SB_AUTH_TOKEN": TOKEN, "SSL_CERT_DIR": "{home}"}
    return {name: value for name, value in (usual | chosen).items() if value is not None}


class Stream(io.TextIOWrapper):
    """A standard stream that keeps what is written."""

    def __init__(self, content: bytes = b"", encoding: str = "utf-8", errors: str = "strict") -> None:
        super().__init__(io.BytesIO(content), encoding, errors, write_through=True)

    def kept(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode("utf-8", "replace")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A home folder with things that get in the way."""
    (tmp_path / "read-only").mkdir()
    (tmp_path / "read-only").chmod(0o500)
    (tmp_path / ".sevenbridges").mkdir()
    (tmp_path / "manifest.csv").write_text(f"file,project\n{FILE},{TARGET}\n", encoding="utf-8")
    (tmp_path / "odd.tsv").write_bytes(b"file\tname\n\xff\xfe\t\x00\n")
    return tmp_path


def checked(code: object, told: str, words: list[str], environment: dict[str, str]) -> None:
    case = f"{words} with {environment}: {code}\n{told}"
    assert code in MEANINGS, case
    for unwanted in ("Traceback", FAULT, SECRET, WORD, "Exception ignored"):
        assert unwanted not in told, case


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_no_environment_and_no_argument_makes_a_command_fall_over(
    place: Path, service: Served, sbg: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = place / "run.sbg-run"
    assert sbg("copy", "--manifest", str(place / "manifest.csv"), "--journal", str(journal)).code == Exit.DONE
    kept = journal.read_bytes()
    draw = random.Random(SEED)
    every = list(commands())
    codes: list[object] = []
    monkeypatch.chdir(place)
    # A pause would be one of minutes, and a service that is asked for would be served for ever.
    monkeypatch.setattr(BlockingDriver.__init__, "__defaults__", (None, _no_patience, time.monotonic))
    monkeypatch.setattr(socket, "getaddrinfo", partial(_this_machine, socket.getaddrinfo))
    monkeypatch.setattr("sbg_bulk.simulator.serve", lambda *_, **__: None)
    for trial in range(TRIALS):
        words, command = every[trial % len(every)]
        made = odd_words(draw, words, command) if draw.random() < 0.4 else usual_words(draw, words)
        given = [word.replace("{home}", str(place)) for word in made]
        environment = {
            name: value.replace("{home}", str(place)) for name, value in odd_environment(draw, service.url).items()
        }
        credentials = place / ".sevenbridges" / "credentials"
        credentials.write_text(draw.choice(CREDENTIALS).replace("{url}", service.url), encoding="utf-8")
        credentials.chmod(draw.choice((0o600, 0o644)))
        journal.write_bytes(kept)
        out = Stream(encoding=draw.choice(("utf-8", "ascii", "latin-1", "utf-16")))
        err = Stream(errors="backslashreplace")
        with monkeypatch.context() as patch:
            for name in list(os.environ):
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["sbg-bulk", *given])
            patch.setattr(sys, "stdin", Stream(draw.choice((b"", b"\xff\xfe\n", f"{SECRET}\n".encode(), b"y\n"))))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            with pytest.raises(SystemExit) as ended:
                main()
        checked(ended.value.code, out.kept() + err.kept(), given, environment)
        codes.append(ended.value.code)
        service.simulator.reset()
    # They are not all refused at the door.
    assert sum(code == Exit.DONE for code in codes) > TRIALS / 6
    assert {*codes} >= {Exit.DONE, Exit.USAGE, Exit.INTERRUPTED}


def _no_patience(_seconds: float) -> None:
    raise KeyboardInterrupt


def _this_machine(resolve: Callable[..., Any], host: str, *more: Any, **options: Any) -> Any:
    """Look up what is on this machine alone; what no name can be fails as it does in the real one."""
    if host in ("127.0.0.1", "::1", "localhost"):
        return resolve(host, *more, **options)
    host.encode("idna")
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


REAL: Final[tuple[tuple[tuple[str, ...], dict[str, str]], ...]] = (
    (("whoami",), {"PYTHONIOENCODING": "ascii:strict", "LC_ALL": "C"}),
    (("files", "list", MINE), {"PYTHONIOENCODING": "utf-16", "COLUMNS": "abc", "TERM": ""}),
    (("whoami",), {"LANG": "nonsense", "LC_ALL": "nonsense", "TERM": "nonsense", "COLUMNS": "\u00b2"}),
    (("whoami", "-v"), {"NO_PROXY": "::1/128", "HTTP_PROXY": f"http://u:{WORD}/@127.0.0.1:9"}),
    (("files", "list", f"o/{BYTES}"), {}),
    (("files", "list", MINE, "--name", BYTES), {}),
    (("copy", FILE, "--to", f"{MINE}/{BYTES}"), {}),
    (("runs", "list"), {"HOME": "/nowhere", "XDG_STATE_HOME": BYTES}),
)


@pytest.mark.parametrize(("words", "more"), REAL)
def test_a_process_of_its_own_ends_with_a_message(
    words: tuple[str, ...], more: dict[str, str], env: dict[str, str]
) -> None:
    ended = subprocess.run([COMMAND, *words], env=env | more, capture_output=True, timeout=PATIENCE)
    told = (ended.stdout + ended.stderr).decode("utf-8", "replace")
    checked(ended.returncode, told, list(words), more)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "words", ["whoami", f"files list {MINE}", f"delete {FILE}", "configure --token-stdin --endpoint cgc"]
)
def test_closed_streams_are_no_reason_to_fall_over(words: str, closed: str, env: dict[str, str]) -> None:
    ended = subprocess.run(f"'{COMMAND}' {words} {closed}", shell=True, env=env, capture_output=True, timeout=PATIENCE)
    checked(ended.returncode, (ended.stdout + ended.stderr).decode("utf-8", "replace"), [words, closed], {})


@pytest.mark.skipif(shutil.which("setpriv") is None or os.name != "posix" or os.geteuid() != 0, reason="needs root")
def test_a_user_whom_the_system_does_not_know_needs_no_home(env: dict[str, str]) -> None:
    import site

    paths = os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), *site.getsitepackages()])
    given = {name: value for name, value in env.items() if name not in ("HOME", "SSL_CERT_DIR")}
    unknown = ("setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups")
    code = "import sys; sys.argv[0] = 'sbg-bulk'; from sbg_bulk.cli import main; main()"

    def ran(*words: str) -> tuple[int, str]:
        ended = subprocess.run(
            [*unknown, sys.executable, "-c", code, *words],
            env={**given, "PYTHONPATH": paths, "SSL_CERT_DIR": "/"},
            cwd="/",
            capture_output=True,
            timeout=PATIENCE,
            encoding="utf-8",
        )
        checked(ended.returncode, ended.stdout + ended.stderr, list(words), given)
        return ended.returncode, ended.stderr

    if ran("--version")[0] != 0:
        pytest.skip("another user may not read this interpreter")
    assert ran("whoami") == (0, "")
    assert ran("copy", FILE, "--to", TARGET, "--detach")[0] == 0
    code_, told = ran("runs", "list")
    assert (code_, "Set HOME" in told) == (Exit.USAGE, True)
    code_, told = ran("whoami", "--profile", "mine")
    assert (code_, "HOME is not set" in told) == (Exit.USAGE, True)
    assert not Path("/~").exists()
