"""The report as a page: opened from the disk, in light and dark, on a desk, a telephone and paper, scripts or not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sbg_bulk.items import CopyItem
from sbg_bulk.report import failed_rows
from sbg_bulk.runs import forms
from sbg_bulk.runs.journal import Journal
from sbg_bulk.runs.records import Outcome, RowOutcome
from sbg_bulk.runs.rows import Row
from sbg_bulk.transfers import manifest
from tests.report.making import DONE, GIVEN, SOURCE, Clock, chosen, failed, made, resumed
from tests.report.reading import Reader, written
from tests.support.axe import violations
from tests.support.runs import Service, carry, journal
from tests.support.waiting import until

NOTHING = "#nothing-is-left-out"

WIDTHS = pytest.mark.parametrize("width", [1280, 390])
COLOURS = pytest.mark.parametrize("colours", ["light", "dark"])


def several(place: int) -> RowOutcome:
    """Rows that failed for several reasons, and some of which it is not known."""
    codes = {1: 10225, 2: 5014, 3: 424242, 4: None}
    if place % 10 == 5:
        return RowOutcome(Outcome.UNATTRIBUTED, message="the job has 3 results for 100 items")
    return failed(codes[place % 10]) if place % 10 in codes else DONE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sbg-run"


def bad(path: Path) -> Path:
    return made(path, 3000, several, ended=0.9)


def carried(path: Path) -> Path:
    """A run with a refusal, an outage, and waits."""
    service = Service(40, faults=["kind=429 op=submit_* times=2", "kind=503 op=list_* times=1"], rate_limit=(20, 60))
    carry(service, path, service.rows(), items_per_job=1)
    return path


RUNS: dict[str, Callable[[Path], Path]] = {
    "good": lambda path: made(path, 250),
    "bad": lambda path: made(path, 300, several, ended=0.7),
    "carried": carried,
    "one": lambda path: made(path, 1),
    "empty": lambda path: _empty(path),
    "many": lambda path: made(path, 500, several, items_per_job=1),
    "by path": lambda path: by_path(path),
}


def by_path(path: Path) -> Path:
    """A run by paths, with files that failed, which was interrupted and resumed, and then interrupted again."""
    clock = Clock()
    chosen(path, 300, several, ended=0.4, clock=clock)
    for jobs in (1, 0):
        clock.time += 20
        resumed(path, clock, ended=jobs)
    return path


def _empty(path: Path) -> Path:
    journal(path, 3).close()
    return path


@pytest.mark.parametrize("run", RUNS)
@WIDTHS
@COLOURS
def test_nothing_is_hard_to_read_or_wider_than_the_page(
    read: Reader, path: Path, run: str, width: int, colours: str
) -> None:
    there = read(RUNS[run](path), viewport={"width": width, "height": 900}, color_scheme=colours).page
    for summary in there.locator("summary").all():
        summary.click()
    assert violations(there, NOTHING) == []
    assert there.evaluate("document.documentElement.scrollWidth") == width
    clipped = """() => [...document.querySelectorAll("body *")].filter((element) => !element.closest("svg")
        && getComputedStyle(element).overflowX === "visible" && getComputedStyle(element).display !== "inline"
        && !element.closest(".scroll") && element.scrollWidth > element.clientWidth + 1)
        .map((each) => each.outerHTML)"""
    assert there.evaluate(clipped) == []


def test_a_run_is_told_in_a_sentence_with_what_to_do_next(read: Reader, path: Path) -> None:
    there = read(bad(path)).page
    outcome = there.get_by_role("region", name="Result")
    expect(outcome).to_contain_text(
        "Interrupted: 1,350 of 3,000 files copied, 1,080 failed, 270 unclear; 300 in jobs that may"
    )
    assert outcome.locator("code").all_inner_texts()[0] == "sbg-bulk runs resume RUN"
    assert there.title().endswith(": interrupted")
    heads = ["Result", "Jobs over time", "Files over time", "Requests against the rate limit"]
    assert there.locator("h2").all_inner_texts() == [*heads, "Why files were not copied", "Failed files"]


@pytest.mark.parametrize(("files", "noun"), [(0, "folder"), (100, "item"), (300, "file")])
def test_headings_tables_and_tooltips_name_what_the_run_is_about(
    read: Reader, path: Path, files: int, noun: str
) -> None:
    def extra(place: int) -> dict[str, str | int | None]:
        kind = {} if place < files else {"type": "folder"}
        return {"source_path": f"{SOURCE}/{place}", "destination_path": f"{GIVEN}/{place}", **kind}

    there = read(chosen(path, 300, several, extra=extra)).page
    parts = "h2, th, caption, .legend, .numbers dt, .button, svg title"
    shown = there.locator(parts).all_text_contents()
    shown += [str(each.get_attribute("aria-label")) for each in there.locator("[aria-label]").all()]
    told = "\n".join(shown)
    assert {found.lower() for found in re.findall(r"\b(file|folder|item|row)s?\b", told, re.IGNORECASE)} == {noun}
    for words in (
        f"{noun}s over time",
        f"why {noun}s were not copied",
        f"save 120 failed {noun}s as csv",
        f"100 {noun}s;",
    ):
        assert words in told.lower()


def test_failures_are_grouped_by_code_with_what_each_means(read: Reader, path: Path) -> None:
    there = read(bad(path)).page
    rows = there.get_by_role("region", name="Table of the reasons").locator("tbody tr")
    told = [re.split(r"\s*\t\s*", row.strip())[:2] for row in rows.all_inner_texts()]
    assert sorted(told) == sorted(
        [["none", "270"], ["unattributed", "270"], ["5014", "270"], ["10225", "270"], ["424242", "270"]]
    )
    expect(rows.filter(has_text="5014")).to_contain_text("No permission to copy from the project")
    expect(rows.filter(has_text="424242")).to_contain_text("The code is not documented.")


@pytest.fixture(scope="module")
def of_100_000(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run of 100,000 rows in 1,000 jobs, 30,000 of which failed."""
    folder = tmp_path_factory.mktemp("large")
    made(folder / "a.sbg-run", 100_000, lambda place: failed() if place % 10 < 3 else DONE)
    return written(folder / "a.sbg-run", folder / "report.html")


@WIDTHS
@COLOURS
def test_a_run_of_100_000_items_opens_within_two_seconds(
    read: Reader, of_100_000: Path, width: int, colours: str
) -> None:
    assert of_100_000.stat().st_size < 3 << 20
    there = read(of_100_000, viewport={"width": width, "height": 900}, color_scheme=colours).page
    painted = "performance.getEntriesByName('first-contentful-paint')"
    timing = f"Math.max(performance.getEntriesByType('navigation')[0].loadEventEnd, {painted}[0].startTime)"
    # The page's own policy forbids what Playwright's wait_for_function does.
    until(lambda: there.evaluate(f"{painted}.length > 0"))
    taken = []
    for _ in range(3):  # whatever else the machine does
        taken.append(there.evaluate(timing))
        if taken[-1] < 2000:
            break
        there.reload()
        until(lambda: there.evaluate(f"{painted}.length > 0"))
    assert min(taken) < 2000, f"milliseconds from the navigation to what is later, load or first paint: {taken}"
    expect(there.locator("#rows tbody tr")).to_have_count(1000)
    expect(there.get_by_text("… and 29,000 files more, all of them in the CSV.")).to_be_visible()


def test_a_run_by_paths_shows_names_paths_and_sizes_and_no_manifest(read: Reader, path: Path) -> None:
    there = read(chosen(path, 300, several)).page
    head = there.locator("dl.facts")
    expect(head).to_contain_text(f"Copy of 300 files (345 kB) from {SOURCE} to {GIVEN}")
    assert "Manifest" not in head.inner_text()
    rows = there.locator("#rows")
    assert rows.locator("th").all_text_contents() == ["File", "Size", "To", "Code", "Message", "Job"]
    cells = rows.locator("tbody tr").first.locator("td").all_text_contents()
    assert cells[:3] == [f"{SOURCE}/batch 0/f1.bam{1:024x}", "1 kB", f"{GIVEN}/batch 0/f1.bam"]


def test_links_lead_to_the_platforms_pages_of_the_destination_and_of_what_failed(read: Reader, path: Path) -> None:
    there = read(chosen(path, 3, lambda place: DONE if place else failed())).page
    pages = "https://cavatica.sbgenomics.com/u/rfranklin"
    links = there.locator("a[href^=http]").all()
    assert [link.get_attribute("href") for link in links] == [
        f"{pages}/analysis/files/#q?path=new%20%231",
        f"{pages}/source/files/{0:024x}/",
    ]
    assert {link.get_attribute("rel") for link in links} == {"noreferrer"}


def test_there_are_no_links_where_the_platforms_page_is_not_known(path: Path, tmp_path: Path) -> None:
    service = Service(2)
    client = service.client()
    choice = client.choose(["rfranklin/source"], to="rfranklin/target/new", parents=True)
    service.world.delete(service.world.nodes[service.files[0]])
    assert not client.run("copy", choice, journal=path).succeeded
    text = written(path, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "rfranklin/target/new" in text
    assert "rfranklin/source/f0.bam" in text
    assert 'href="http' not in text


def test_interruptions_are_marked_in_every_chart(read: Reader, path: Path) -> None:
    there = read(by_path(path)).page
    expect(there.get_by_role("region", name="Result")).to_contain_text("resumed after 20 s")
    charts = there.locator("svg.chart")
    expect(charts).to_have_count(3)
    for chart in charts.all():
        expect(chart.locator("rect.stop")).to_have_count(2)
    expect(there.get_by_text("interrupted", exact=True)).to_have_count(3)
    one, other = (chart.locator("rect.stop").first.bounding_box() for chart in charts.all()[:2])
    assert one is not None
    assert other is not None
    assert one["x"] == other["x"]
    assert 0.1 < one["width"] / charts.first.evaluate("chart => chart.clientWidth") < 0.5


# What failed, as CSV


def saved(there: Page) -> bytes:
    with there.expect_download() as download:
        there.get_by_role("link", name="as CSV").click()
    assert re.fullmatch(r"[\d-]+-[0-9a-f]{4}-failed\.csv", download.value.suggested_filename)
    return Path(download.value.path()).read_bytes()


def exported(path: Path) -> bytes:
    """What `runs export --outcome failed --format csv` writes."""
    text = io.StringIO(newline="")
    with Journal.read(path) as opened:
        forms.write(text, "csv", opened.report_columns(), opened.report(["failed"]))
    return text.getvalue().encode()


HOSTILE = [
    "</script><script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    '"quoted", and,commas;',
    "it's {{ 7 * 7 }} {% raw %} &amp; &lt;",
    "right\u202eto\u2066left\u200f\u05d0\u05d1",
    "\u0645\u0631\u062d\u0628\u0627.bam",
    "a\tb\nc\r\u0000\u0007\ufeff",
    "=HYPERLINK('https://example.com')",
    "\U0001f9ec" * 255,
    "x" * 255,
    "]]>-->",
]


@WIDTHS
def test_names_may_hold_anything(read: Reader, path: Path, width: int) -> None:
    made(
        path,
        len(HOSTILE),
        lambda place: failed(5002, f"no {HOSTILE[place]}"),
        name=lambda place: HOSTILE[place].replace("/", "\u2215"),
        extra=lambda place: {HOSTILE[2]: HOSTILE[place]},
        manifest=HOSTILE[0],
    )
    there = read(path, viewport={"width": width, "height": 900}).page
    assert there.title().startswith("Run 2026")
    assert there.evaluate("document.documentElement.scrollWidth") == width
    assert there.locator("img").count() == 0
    assert there.evaluate("document.scripts.length") == 2
    cells = (
        "[...document.querySelectorAll('#rows tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    shown = there.evaluate(cells)
    assert [row[3] for row in shown[:6]] == [
        "<\u2215script><script>document.title = 'taken'<\u2215script>",
        HOSTILE[1],
        HOSTILE[2],
        HOSTILE[3],
        r"right\u202eto\u2066left\u200f" + "\u05d0\u05d1",
        HOSTILE[5],
    ]
    assert r"a\tb\nc\r\x00\x07\ufeff" in [row[3] for row in shown]
    assert saved(there) == exported(path)
    expect(there.get_by_text("2 cells begin with =, +, - or @")).to_be_visible()


def test_the_rows_saved_as_csv_are_what_the_command_exports_and_a_manifest_again(read: Reader, path: Path) -> None:
    there = read(bad(path)).page
    content = saved(there)
    assert content == exported(path)
    assert saved(there) == content  # once more
    again = list(manifest.read(io.BytesIO(content), CopyItem))
    assert len(again) == 1080
    with Journal.read(path) as opened:
        assert [row.item for row in again if isinstance(row, Row)] == [
            CopyItem(**row.values) for row in opened.rows(["failed"])
        ]
    assert [row["api_code"] for row in csv.DictReader(io.StringIO(content.decode()))][:4] == [
        "10225",
        "5014",
        "424242",
        "",
    ]


def test_rows_too_many_to_lie_in_the_page_are_left_to_the_command(
    read: Reader, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failed_rows, "LARGEST", 5000)
    there = read(bad(path)).page
    expect(there.get_by_role("link", name="as CSV")).to_have_count(0)
    assert there.evaluate("document.scripts.length") == 0
    expect(there.get_by_text("sbg-bulk runs export RUN --outcome failed --format csv")).to_be_visible()
    expect(there.get_by_text("… and 80 files more")).to_have_text("… and 80 files more, all of them in the CSV.")


# Without scripts, on paper, and by itself


def test_without_scripts_everything_is_there_but_the_link(read: Reader, path: Path) -> None:
    there = read(bad(path), java_script_enabled=False).page
    expect(there.get_by_role("link", name="as CSV")).to_have_count(0)
    expect(there.locator("svg.chart")).to_have_count(3)
    expect(there.locator("#rows tbody tr")).to_have_count(1000)
    there.locator("summary").click()
    expect(there.get_by_role("cell", name="1,000", exact=True).first).to_be_visible()


def test_on_paper_it_is_light_and_without_the_link(read: Reader, path: Path) -> None:
    there = read(bad(path), color_scheme="dark").page
    there.emulate_media(media="print")
    expect(there.get_by_role("link", name="as CSV")).to_be_hidden()
    ink, ground = there.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.querySelector('section')).backgroundColor]"
    )
    assert (ink, ground) == ("rgb(27, 31, 36)", "rgb(255, 255, 255)")


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("link", "img", "iframe", "object", "base", "form")
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name in ("src", "href", "data", "action", "srcset", "poster"):
                self.found.append(value or "")


def test_the_file_loads_nothing_and_links_to_the_platform_alone(path: Path, tmp_path: Path) -> None:
    text = written(bad(path), tmp_path / "report.html").read_text(encoding="utf-8")
    addresses = _Addresses()
    addresses.feed(text)
    assert addresses.found == ["https://cavatica.sbgenomics.com/u/rfranklin/analysis", "#failed"]
    assert "url(" not in text
    assert "@import" not in text
    policy = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'",
        policy[0],
    )


def test_a_script_that_is_not_the_pages_own_does_not_run(read: Reader, path: Path, tmp_path: Path) -> None:
    html = written(bad(path), tmp_path / "report.html")
    text = html.read_text(encoding="utf-8").replace("</main>", "<script>document.title = 'taken'</script></main>")
    html.write_text(text, encoding="utf-8")
    there = read(html)
    assert there.page.title().startswith("Run ")
    assert "Content Security Policy" in there.complaints.pop()


def test_no_token_and_no_mark_of_one_is_in_a_report(path: Path, tmp_path: Path) -> None:
    service = Service(3)
    service.client().run("copy", service.manifest(project="rfranklin/target"), journal=path)
    with Journal.read(path) as opened:
        mark = opened.remembered("token")
    text = written(path, tmp_path / "report.html").read_text(encoding="utf-8")
    assert mark is not None
    assert mark not in text
    assert "demo-token" not in text
