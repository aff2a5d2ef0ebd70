"""The page in a browser: the reference, the board beside it, and what ties them together."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from playwright.sync_api import Error, Page, Route, expect

from sbg_bulk.simulator import JobType, ManualClock, Simulator, running
from sbg_bulk.simulator.errors import ApiError
from sbg_bulk.simulator.http.page import reference
from tests.simulator.page.visit import Visit, Visitor
from tests.support.axe import violations

HOSTILE = "<img src=x onerror=\"document.title='taken'\">&amp;"

LOST = "The simulator does not respond. Retrying."

SWAGGER_UI = "#swagger"
"""Left to its makers: its headings skip a level, its blue and green buttons have too little contrast, and some of its
fields have no label."""


def test_a_copy_sent_in_the_reference_runs_on_the_board_and_an_armed_429_shows_in_the_log(visit: Visitor) -> None:
    there = visit()
    copy = there.operation("submit_copy_job")
    copy.get_by_role("combobox").filter(has_text="Folders").select_option(label="Folders, with all their contents")
    copy.get_by_role("button", name="Execute").click()
    expect(copy.locator(".live-responses-table td.response-col_status:not(.col_header)")).to_have_text("202")

    jobs = there.board.locator("#jobs > li")
    expect(jobs).to_have_count(1)
    expect(jobs).to_contain_text("COPY")
    expect(jobs).to_contain_text("SUBMITTED")
    expect(there.board.locator("#remaining")).to_have_text("999 of 1,000 left")

    # Two folders of 250 files each, and 20 ms for each file: the first is done after these ten seconds.
    there.board.get_by_role("button", name="+10 s").click()
    expect(there.said).to_have_text("Advanced by 10 s, to 12:00:10.")
    expect(jobs).to_contain_text("RUNNING")
    expect(jobs).to_contain_text("250 of 500 files done")
    assert jobs.get_by_role("progressbar").evaluate("({ value, max }) => [value, max]") == [250, 500]
    jobs.locator("summary").click()
    expect(jobs.locator("tbody tr")).to_have_count(2)
    expect(jobs.locator("tbody tr").last).to_contain_text("waiting")

    there.board.get_by_label("Seconds").fill("1")
    there.board.get_by_role("button", name="Advance").click()
    expect(jobs).to_contain_text("FINISHED")
    expect(jobs).to_contain_text("500 of 500 files done")
    [job] = there.simulator.jobs.all()
    assert jobs.locator("tbody tr td:last-child").all_inner_texts() == job.outcomes

    there.board.get_by_label("Calls").select_option("get_user")
    there.board.get_by_role("button", name="Arm", exact=True).click()
    expect(there.said).to_have_text("Armed: kind=429 op=get_user times=1")
    user = there.operation("get_user")
    user.get_by_role("button", name="Execute").click()
    expect(user.locator(".live-responses-table td.response-col_status:not(.col_header)")).to_contain_text("429")
    first = there.board.locator("#requests tr").first
    expect(first.locator("td")).to_have_text(["12:00:11", "GET /v2/user?fields=_all", "429", "429"])
    expect(there.board.locator("#faults tr td")).to_have_text(["kind=429 op=get_user times=1", "1", "1"])
    there.excused.append("status of 429")

    user.get_by_role("button", name="Execute").click()
    expect(first.locator("td")).to_have_text(["12:00:11", "GET /v2/user?fields=_all", "200", ""])


def test_a_fault_is_armed_and_disarmed_with_the_keyboard_alone(visit: Visitor) -> None:
    there = visit()
    there.page.get_by_role("link", name="Live view").focus()
    there.page.keyboard.press("Enter")
    expect(there.board).to_be_focused()
    _tab_to(there.page, "kind")
    there.page.keyboard.type("503")
    _tab_to(there.page, "times")
    there.page.keyboard.type("3")
    _tab_to(there.page, "rule")
    there.page.keyboard.press("End")
    there.page.keyboard.type(" retry_after=7")
    there.page.keyboard.press("Enter")
    expect(there.board.locator("#faults tr td").first).to_have_text("kind=maintenance times=3 retry_after=7.0")
    assert [str(armed.rule) for armed in there.simulator.faults.armed] == ["kind=maintenance times=3 retry_after=7.0"]
    _tab_to(there.page, "disarm")
    there.page.keyboard.press("Space")
    expect(there.said).to_have_text("All faults disarmed.")
    assert list(there.simulator.faults.armed) == []
    expect(there.board.get_by_label("Rule")).to_be_focused()


def _tab_to(page: Page, id: str) -> None:
    """Press Tab until the element has the focus, which shows."""
    for _ in range(30):
        page.keyboard.press("Tab")
        focused, outline = page.evaluate(
            "[document.activeElement.id, getComputedStyle(document.activeElement).outline]"
        )
        assert outline.endswith("solid 3px"), f"the focus on {focused} cannot be seen: {outline}"
        if focused == id:
            return
    raise AssertionError(f"{id} is not reached with Tab")


def test_a_rule_that_makes_no_sense_is_explained_at_its_field(visit: Visitor) -> None:
    there = visit()
    rule = there.board.get_by_label("Rule")
    rule.fill("kind=428")
    there.board.get_by_role("button", name="Arm", exact=True).click()
    alert = there.board.locator("#rule-error")
    expect(alert).to_have_role("alert")
    expect(alert).to_contain_text("word 1, 'kind=428'")
    expect(rule).to_have_attribute("aria-invalid", "true")
    expect(rule).to_have_accessible_description(alert.inner_text())
    there.excused.append("status of 400")
    rule.fill("kind=429")
    rule.press("Enter")
    expect(alert).to_be_empty()
    expect(rule).to_have_attribute("aria-invalid", "false")


def test_a_time_beyond_all_dates_is_refused_at_its_field(visit: Visitor) -> None:
    there = visit()
    seconds = there.board.get_by_label("Seconds")
    seconds.fill("3e11")
    seconds.press("Enter")
    alert = there.board.locator("#seconds-error")
    expect(alert).to_have_role("alert")
    expect(alert).to_have_text("seconds: the clock cannot go beyond the beginning of the year 9999")
    expect(seconds).to_have_attribute("aria-invalid", "true")
    expect(seconds).to_have_accessible_description(alert.inner_text())
    there.excused.append("status of 400")
    there.board.get_by_role("button", name="+1 min").click()
    expect(there.board.locator("time")).to_have_text("2019-02-20 12:01:00 UTC")
    expect(alert).to_be_empty()


def test_names_are_shown_as_text_whatever_is_in_them(visit: Visitor) -> None:
    simulator = Simulator(clock=ManualClock())
    simulator.arm(f"kind=header field=x 'value={HOSTILE}'")
    project = simulator.world.add_project("rfranklin/<b>x", name=HOSTILE)
    folder = simulator.world.add_folder(HOSTILE, project)
    simulator.world.add_file(f"1{HOSTILE}", folder, size=1)
    me = simulator.world.users["rfranklin"]
    refusal = ApiError(10225, HOSTILE)
    now = simulator.clock.now()
    simulator.jobs.add_finished(me, JobType.COPY, [HOSTILE, refusal], submitted_on=now, finished_on=now)
    simulator.requests.add(now, "GET", f"/v2/{HOSTILE}", HOSTILE, "")
    there = visit(simulator)
    there.board.locator("#jobs summary").click()
    there.board.locator("#projects summary", has_text="rfranklin/<b>x").click()
    there.board.locator("#projects summary", has_text=HOSTILE).click()
    expect(there.board.get_by_text(f"1{HOSTILE}", exact=True)).to_be_visible()
    expect(there.board.get_by_text(HOSTILE)).to_have_count(6)  # an item, its id, an error, a request, a folder, a file
    expect(there.board.locator("#faults code")).to_contain_text("<img src=x onerror=")
    there.page.locator(".opblock[id$=-submit_copy_job]").wait_for()
    assert there.page.locator("#board img, #board b:not(summary > b), #swagger img[src=x]").count() == 0
    assert there.page.title() == "Simulator of the Seven Bridges API"


def test_with_another_seed_the_reference_names_what_is_there_now(visit: Visitor) -> None:
    there = visit()
    body = there.operation("submit_delete_job").get_by_role("textbox")
    expect(body).to_contain_text('"items"')
    before = json.loads(body.input_value())["items"][0]["file"]
    assert before in there.simulator.world.nodes
    there.board.get_by_role("button", name="+1 min").click()
    there.board.get_by_label("Seed").select_option("examples")
    there.board.get_by_role("button", name="Reset").click()
    expect(there.said).to_have_text("Reset to the seed examples.")
    expect(there.board.get_by_text("Discards all changes. The clock keeps running.")).to_be_visible()
    expect(there.board.locator("time")).to_have_text("2019-02-20 12:01:00 UTC")
    expect(there.board.locator("#projects > li")).to_have_count(7)
    expect(there.page.locator(".opblock .opblock-body")).to_have_count(0)  # drawn anew, with all calls closed
    after = there.operation("submit_delete_job").get_by_role("textbox")
    expect(after).to_contain_text('"items"')
    assert json.loads(after.input_value())["items"][0]["file"] in there.simulator.world.nodes


def test_a_simulator_begun_anew_at_the_same_address_is_taken_for_another(visit: Visitor) -> None:
    there = visit()
    expect(there.board.locator("#name")).to_have_value("demo")
    there.operation("submit_delete_job")
    other = Simulator(clock=ManualClock(), seed="examples")
    with running(other) as url:

        def lead_there(route: Route) -> None:
            address = route.request.url.replace(there.address, url.removesuffix("v2"))
            route.fulfill(response=route.fetch(url=address))

        there.page.route("**/*", lead_there)
        expect(there.board.locator("#name")).to_have_value("examples")
        expect(there.board.locator("#projects > li")).to_have_count(7)
        expect(there.page.locator(".opblock .opblock-body")).to_have_count(0)  # drawn anew, with all calls closed
        body = there.operation("submit_delete_job").get_by_role("textbox")
        expect(body).to_contain_text('"items"')
        assert json.loads(body.input_value())["items"][0]["file"] in other.world.nodes
        there.page.unroute_all(behavior="wait")


def test_what_has_the_same_number_or_id_in_another_world_is_shown_anew(visit: Visitor) -> None:
    simulator = Simulator(clock=ManualClock())

    def fill(name: str) -> str:
        now = simulator.clock.now()
        simulator.requests.add(now, "GET", f"/v2/{name}", "", "")
        user = simulator.world.users["rfranklin"]
        return simulator.jobs.add_finished(user, JobType.COPY, [name], submitted_on=now, finished_on=now).id

    first = fill("first")
    there = visit(simulator)
    jobs = there.board.locator("#jobs > li")
    jobs.locator("summary").click()
    expect(jobs.locator("tbody td").first).to_have_text("first")
    with simulator.lock:
        simulator.reset()
        assert fill("second") == first
    expect(there.board.locator("#requests tr code")).to_have_text(["GET /v2/second"])
    expect(jobs.locator("details[open]")).to_have_count(0)
    jobs.locator("summary").click()
    expect(jobs.locator("tbody tr td:first-child")).to_have_text(["second"])


def test_an_opened_job_shows_failed_items_first_in_a_box_that_the_keyboard_scrolls(visit: Visitor) -> None:
    simulator = Simulator(clock=ManualClock())
    outcomes: list[str | ApiError] = [f"file{index}" for index in range(299)]
    outcomes.append(ApiError(10225, "gone"))
    user, now = simulator.world.users["rfranklin"], simulator.clock.now()
    job = simulator.jobs.add_finished(user, JobType.COPY, outcomes, submitted_on=now, finished_on=now)
    there = visit(simulator)
    item = there.board.locator("#jobs > li")
    item.locator("summary").click()
    expect(item.locator("tbody tr")).to_have_count(100)
    expect(item.locator("tbody tr td:last-child").first).to_have_text("10225: gone")
    expect(item.get_by_text("… and 200 more items")).to_be_visible()
    box = item.get_by_role("region", name=f"Items of job {job.id}")
    there.page.keyboard.press("Tab")
    expect(box).to_be_focused()
    there.page.keyboard.press("End")
    expect(box.get_by_text("file98").first).to_be_in_viewport()
    assert box.evaluate("(box) => box.clientHeight") < 400


def test_a_finished_job_with_failures_is_finished_and_what_failed_stands_out(visit: Visitor) -> None:
    simulator = Simulator(clock=ManualClock())
    user, now = simulator.world.users["rfranklin"], simulator.clock.now()
    outcomes: list[str | ApiError] = ["file", ApiError(10225, "gone")]
    simulator.jobs.add_finished(user, JobType.COPY, outcomes, submitted_on=now, finished_on=now)
    there = visit(simulator)
    line = there.board.locator("#jobs summary")
    expect(line.get_by_text("FINISHED")).to_have_class("state good")
    expect(line).to_contain_text("1 of 2 files done, 1 failed")
    expect(line.get_by_text("1 failed")).to_have_class("bad")
    expect(line.locator(".bad")).to_have_count(1)


def test_what_is_open_stays_open_and_keeps_the_focus_while_things_change(visit: Visitor) -> None:
    simulator = Simulator(clock=ManualClock())
    project = simulator.world.add_project("rfranklin/mine")
    folder = simulator.world.add_folder("b", project)
    there = visit(simulator)
    there.board.locator("#projects summary", has_text="rfranklin/mine").click()
    inner = there.board.locator("#projects summary", has_text="0 entries")
    inner.click()
    for name in ("a", "c"):
        simulator.world.add_folder(name, project)
    simulator.world.add_file("new.bam", folder, size=3 << 30)
    expect(there.board.get_by_text("new.bam")).to_be_visible()
    expect(there.board.get_by_text("3.0 GiB")).to_be_visible()
    expect(there.board.locator("#projects summary", has_text="1 entry")).to_be_focused()
    simulator.world.delete(folder)
    expect(there.board.get_by_text("new.bam")).to_have_count(0)


def test_long_lists_show_their_beginning_and_how_much_more_there_is(visit: Visitor) -> None:
    simulator = Simulator(clock=ManualClock())
    project = simulator.world.add_project("rfranklin/mine")
    for number in range(2590):
        simulator.world.add_file(f"{number}.bam", project)
    there = visit(simulator)
    there.board.locator("#projects summary").click()
    expect(there.board.get_by_text("… and 2,490 more entries")).to_be_visible()
    expect(there.board.locator("#projects ul li")).to_have_count(101)


def test_the_board_asks_every_second_and_rests_while_it_is_hidden(visit: Visitor) -> None:
    there = visit()
    there.page.clock.install()
    there.page.reload()
    with there.page.expect_request("**/board*"):
        there.page.clock.run_for(1000)
    there.page.evaluate("""
        Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    """)
    asked = _asked(there)
    there.page.clock.run_for(60_000)
    assert _asked(there) == asked
    with there.page.expect_request("**/board*"):
        there.page.evaluate("""
            Object.defineProperty(document, "hidden", { get: () => false, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        """)


def _asked(there: Visit) -> int:
    return sum("/board?" in url for url in there.requested)


def test_a_simulator_that_does_not_answer_is_noticed_and_so_is_its_return(visit: Visitor) -> None:
    there = visit()
    there.page.route("**/board*", lambda route: route.abort())
    expect(there.lost).to_have_text(LOST)
    there.page.unroute("**/board*")
    expect(there.said).to_have_text("The simulator is responding again.")
    expect(there.lost).to_be_empty()
    there.excused.append("ERR_FAILED")


def test_a_simulator_that_hangs_is_noticed(visit: Visitor) -> None:
    there = visit()
    there.page.evaluate("""
        window.timeout = AbortSignal.timeout;
        AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / 100);
    """)
    there.page.route("**/board*", lambda _: None)
    expect(there.lost).to_have_text(LOST)
    there.page.evaluate("AbortSignal.timeout = window.timeout")
    there.page.unroute("**/board*")
    expect(there.lost).to_be_empty()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_that_there_is_no_answer_is_plain_to_see_and_a_click_says_nothing_else(visit: Visitor, colours: str) -> None:
    there = visit(viewport={"width": 390, "height": 800}, color_scheme=colours, reduced_motion="reduce")
    expect(there.lost).to_have_role("alert")
    there.board.get_by_role("button", name="+10 s").click()
    expect(there.said).to_have_text("Advanced by 10 s, to 12:00:10.")
    there.page.route("**/_simulator/**", lambda route: route.abort())
    there.board.get_by_role("button", name="+10 s").click()
    expect(there.said).to_be_empty()
    expect(there.board.locator("#seconds-error")).to_be_empty()
    for part in ("Reference", "Live view"):
        there.page.get_by_role("link", name=part).click()
        expect(there.lost).to_have_text(LOST)
        expect(there.lost).to_be_in_viewport(ratio=1)
    assert violations(there.page, SWAGGER_UI) == []
    there.excused.append("ERR_FAILED")


@pytest.mark.parametrize("width", [390, 1000])
def test_a_part_that_is_gone_to_begins_below_the_bar(visit: Visitor, width: int) -> None:
    there = visit(viewport={"width": width, "height": 800})
    there.page.locator(".opblock").first.wait_for()
    there.page.get_by_role("link", name="Live view").click()
    there.page.wait_for_function("location.hash === '#board'")
    bar, heading = there.page.locator("nav").bounding_box(), there.page.locator("#board-title").bounding_box()
    assert bar is not None
    assert heading is not None
    assert bar["y"] + bar["height"] <= heading["y"] < 100


def test_a_long_word_in_a_message_does_not_make_the_page_wider(visit: Visitor) -> None:
    there = visit(viewport={"width": 390, "height": 800})
    word = "x" * 60
    there.board.get_by_label("Rule").fill(f"kind=header field={word}")
    there.board.get_by_role("button", name="Arm", exact=True).click()
    expect(there.said).to_have_text(f"Armed: kind=header field={word}")
    assert there.page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_page_can_send_nothing_to_a_real_deployment(visit: Visitor) -> None:
    there = visit()
    there.page.locator(".opblock").first.wait_for()
    with pytest.raises(Error, match="Failed to fetch"):
        there.page.evaluate("fetch('https://cgc-api.sbgenomics.com/v2/user')")
    there.excused.append("Content Security Policy")
    assert there.page.locator(".servers option").all_inner_texts() == ["/v2 - this simulator"]


def test_without_swagger_ui_the_page_names_the_remedy_and_the_board_works(
    visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "_PACKAGE", "swagger_ui_that_is_not_there")
    there = visit()
    expect(there.page.locator("#reference")).to_contain_text("pip install 'sbg-bulk[simulator]' installs it")
    there.board.get_by_role("button", name="+1 min").click()
    expect(there.board.locator("time")).to_have_text("2019-02-20 12:01:00 UTC")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_reference_is_as_dark_as_the_rest_for_who_wants_it_so(visit: Visitor, width: int) -> None:
    brightness = {}
    for colours in ("light", "dark"):
        there = visit(viewport={"width": width, "height": 900}, color_scheme=colours)
        there.operation("submit_copy_job")
        there.page.locator("#reference .responses-wrapper").first.scroll_into_view_if_needed()
        brightness[colours] = _brightness(there.page)
    assert brightness["light"] > 0.75
    assert brightness["dark"] < 0.25


def _brightness(page: Page) -> float:
    """The mean brightness of what is in view of the reference, from 0 for black to 1 for white."""
    box = page.locator("#reference").bounding_box()
    assert box is not None
    top = max(box["y"], 60)
    part = {"x": box["x"], "y": top, "width": box["width"], "height": min(box["y"] + box["height"], 900) - top}
    picture = b64encode(page.screenshot(clip=part)).decode()  # type: ignore[arg-type]
    found: float = page.evaluate(
        """async (picture) => {
            const image = new Image();
            image.src = `data:image/png;base64,${picture}`;
            await image.decode();
            const canvas = document.createElement("canvas").getContext("2d");
            canvas.canvas.width = image.width;
            canvas.canvas.height = image.height;
            canvas.drawImage(image, 0, 0);
            const points = canvas.getImageData(0, 0, image.width, image.height).data;
            return points.reduce((sum, value, index) => index % 4 === 3 ? sum : sum + value, 0)
                / (points.length * 3 / 4 * 255);
        }""",
        picture,
    )
    return found


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_hard_to_read_or_to_reach(visit: Visitor, width: int, colours: str) -> None:
    there = visit(
        Simulator(clock=ManualClock(), seed="examples"),
        viewport={"width": width, "height": 900},
        color_scheme=colours,
        reduced_motion="reduce",
    )
    there.board.get_by_role("button", name="Arm", exact=True).click()
    there.operation("get_user").get_by_role("button", name="Execute").click()
    expect(there.board.locator("#requests tr")).to_have_count(1)
    there.excused.append("status of 429")
    there.board.get_by_label("Rule").fill("kind=428")
    there.board.get_by_role("button", name="Arm", exact=True).click()
    expect(there.board.locator("#rule-error")).not_to_be_empty()
    there.excused.append("status of 400")
    there.board.locator("#jobs summary").first.click()
    there.board.locator("#projects summary").first.click()
    expect(there.board.locator("#projects ul li").first).to_be_visible()
    expect(there.board.locator("#jobs tbody tr").first).to_be_visible()
    assert violations(there.page, SWAGGER_UI) == []
    wide, high = there.page.evaluate(
        "(({ scrollWidth, scrollHeight }) => [scrollWidth, scrollHeight])(document.documentElement)"
    )
    assert wide == width
    assert width < 1000 or high == 900, "side by side, only the parts scroll"
    clipped = """() => [...document.querySelectorAll("header *, #board *")].filter((element) =>
        getComputedStyle(element).overflowX !== "hidden" && element.scrollWidth > element.clientWidth + 1
        && element.clientWidth > 0 && !["INPUT", "SELECT"].includes(element.tagName)).map((each) => each.outerHTML)"""
    assert there.page.evaluate(clipped) == []
