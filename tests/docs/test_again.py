"""What is typed twice is done once, and so is what is typed again after it was interrupted or killed."""

from __future__ import annotations

import signal
from pathlib import Path

from scripts.lib.docs.again import again
from scripts.lib.docs.site import SOURCES

PAGE = """\
<!-- block: terminal -->
```console
$ sbg-bulk simulate --port 8000 --seed examples --speed 100
Simulator at http://127.0.0.1:8000/v2, token demo-token
...
```

```console
$ export SB_API_ENDPOINT=http://127.0.0.1:8000/v2 SB_AUTH_TOKEN=demo-token
$ sbg-bulk copy rfranklin/my-project/sample.bam --to rfranklin/destination-project --yes{}
...
```
"""


def test_a_how_to_typed_twice_and_killed_in_the_middle_loses_and_doubles_nothing(tmp_path: Path) -> None:
    page = SOURCES / "how-to" / "resume-after-a-crash.md"
    tried = list(again(page, tmp_path, {"killed": (signal.SIGKILL, 0.25)}))
    assert [one for one in tried if one.wrong] == []
    # How many steps are left of a run that the page interrupts depends on when: not each is killed every time.
    assert [one.codes[0] for one in tried if one.how.startswith("killed")].count(128 + signal.SIGKILL) > 1
    assert len(tried) > 10


def test_a_command_that_does_a_thing_twice_is_found(tmp_path: Path) -> None:
    for number, (option, wrong) in enumerate(((" --on-conflict rename --new-run", True), ("", False))):
        page, home = tmp_path / "page.md", tmp_path / str(number)
        page.write_text(PAGE.format(option), encoding="utf-8")
        home.mkdir()
        twice, ended = again(page, home, {"Ctrl-C": (signal.SIGINT, 0.9)})
        assert bool(twice.wrong) == wrong, twice
        assert bool(ended.wrong) == wrong, ended
        assert not wrong or "1_sample.bam" in twice.wrong
