"""A page is followed as a reader would, and what is not as it says is told with the page and the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.lib.docs.blocks import PageError, read
from scripts.lib.docs.player import Played, play

SIMULATOR = """\
<!-- block: terminal -->
```console
$ sbg-bulk simulate --port 8000 --seed empty
Simulator at http://127.0.0.1:8000/v2, token demo-token
...
```
"""
USED = """\
```console
$ export SB_API_ENDPOINT=http://127.0.0.1:8000/v2 SB_AUTH_TOKEN=demo-token
$ sbg-bulk jobs list
No jobs.
$ echo $SB_API_ENDPOINT
http://127.0.0.1:8000/v2
```
"""


def page(folder: Path, *blocks: str) -> Path:
    path = folder / "page.md"
    path.write_text("# A page\n\n" + "\n".join(blocks), encoding="utf-8")
    return path


def console(text: str) -> str:
    return f"```console\n{text}\n```\n"


def python(text: str, output: str | None = None) -> str:
    shown = "" if output is None else f"\n```text\n{output}\n```\n"
    return f"```python\n{text}\n```\n{shown}"


def played(folder: Path, *blocks: str) -> Played:
    home = folder / "home"
    home.mkdir()
    return play(page(folder, *blocks), home)


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param([console("$ echo a\na")], id="output"),
        pytest.param([console("$ echo a >&2\na")], id="standard error"),
        pytest.param([console("$ X=1; mkdir here; cd here"), console("$ echo $X; pwd\n1\n/home/you/here")], id="shell"),
        pytest.param([console("$ echo a \\\n    b\na b")], id="continued"),
        pytest.param([console("$ echo 'a\nb'\na\nb")], id="quoted"),
        pytest.param([console("$ cat <<END\na'b\nEND\na'b")], id="here-document"),
        pytest.param([console("$ cat")], id="nothing to read"),
        pytest.param([console("$ (exit 3)\n$ echo $?\n3")], id="exit code"),
        pytest.param([console("$ sh -c 'echo go; exec sleep 60'\ngo\n^C\n$ echo $?\n130")], id="interrupt"),
        pytest.param([console("$ sh -c 'echo go; exec sleep 60'\ngo\n^C")], id="interrupt at the end"),
        pytest.param([python("x = 1"), python("print(x)", "1")], id="one Python"),
        pytest.param([python("import asyncio\nawait asyncio.sleep(0)")], id="await"),
        pytest.param([console("$ export X=7"), python("import os\nprint(os.environ['X'])", "7")], id="variable"),
        pytest.param(["<!-- block: file a/b.txt -->\n```ini\nx\n```\n", console("$ cat a/b.txt\nx")], id="file"),
        pytest.param(["<!-- block: not run, it cannot be -->\n```console\n$ false\n```\n"], id="not run"),
        pytest.param([SIMULATOR, USED], id="port"),
    ],
)  # fmt: skip
def test_a_page_that_is_true_is_as_it_should_be(tmp_path: Path, blocks: list[str]) -> None:
    found = played(tmp_path, *blocks)
    assert found.findings == ()
    assert found.text == (tmp_path / "page.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("block", "line", "message"),
    [
        pytest.param(console("$ echo a\nb"), 4, "-b\n+a", id="output"),
        pytest.param(console("$ true\n$ echo a\n$ true"), 5, "+a", id="output that is not shown"),
        pytest.param(console("$ (exit 3)"), 4, "exit code 3, which the page does not show", id="exit code"),
        pytest.param(python("print(1)", "2"), 8, "-2\n+1", id="Python"),
        pytest.param(python("print(1)"), 4, "prints what the page does not show:\n1", id="Python that is not shown"),
        pytest.param(python("x = 1\n1 / 0"), 4, 'page.md", line 5', id="Python that fails"),
        pytest.param(console("$ python3 -c 'import nothing_at_all'"), 4, "it crashes", id="crash"),
        pytest.param("<!-- block: file a.yml -->\n```yaml\na: [\n```\n", 5, "not YAML", id="YAML"),
    ],
)
def test_what_is_not_as_the_page_says_is_told_with_its_line(
    tmp_path: Path, block: str, line: int, message: str
) -> None:
    (finding, *_) = played(tmp_path, block).findings
    assert finding.startswith(f"{tmp_path / 'page.md'}:{line}: ")
    assert message in finding


def test_a_page_written_anew_is_true(tmp_path: Path) -> None:
    first = played(tmp_path, console("$ echo a\nb\n\n$ false\n$ echo $?"), python("print(1)", "2\n3"))
    (tmp_path / "page.md").write_text(first.text, encoding="utf-8")
    assert "$ echo a\na\n\n$ false\n$ echo $?\n1\n```" in first.text
    assert play(tmp_path / "page.md", tmp_path / "home").findings == ()


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("```\nsbg-bulk\n```\n", id="no language"),
        pytest.param("```sh\nsbg-bulk\n```\n", id="a file without a name"),
        pytest.param("```text\nsbg-bulk\n```\n", id="output of nothing"),
        pytest.param("- so:\n\n  ```console\n  $ true\n  ```\n", id="indented"),
        pytest.param("```console\nsbg-bulk\n```\n", id="no prompt"),
        pytest.param("```console\n$ echo \\\n```\n", id="no end of the command"),
        pytest.param("```console\n$ true\n", id="no end of the block"),
        pytest.param("<!-- block: skip -->\n```console\n$ true\n```\n", id="unknown remark"),
        pytest.param("<!-- block: not run, -->\n```console\n$ true\n```\n", id="no reason"),
        pytest.param("<!-- block: terminal -->\n\n```console\n$ true\n```\n", id="remark on nothing"),
        pytest.param("<!-- block: terminal -->\n```console\n$ true\n$ true\n```\n", id="two commands in a terminal"),
    ],
)
def test_a_block_that_nobody_would_run_is_refused(tmp_path: Path, block: str) -> None:
    with pytest.raises(PageError, match=r"page\.md:\d+: "):
        read(page(tmp_path, block))
