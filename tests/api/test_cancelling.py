"""Breaking off: whatever ends a call from outside, the flow is closed and the client can be used again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from sbg_bulk import AsyncClient, Client, Job, Retry, Settings, Token
from sbg_bulk.api.drivers.aio import AwaitingDriver
from sbg_bulk.api.drivers.hold import GRACE, Hold
from sbg_bulk.api.drivers.sync import BlockingDriver
from sbg_bulk.api.steps import Flow, Produce, Sleep
from tests.support import samples
from tests.support.clients import ENDPOINT, TOKEN
from tests.support.samples import JOB_ID, page
from tests.support.scripts import Script, ok, raw

SETTINGS = Settings(ENDPOINT, Token(TOKEN))
TIMEOUT = httpx.Timeout(1)


class Watched:
    """A flow that notes how it ended."""

    def __init__(self) -> None:
        self.ended_by: type[BaseException] | None = None

    def flow(self, step: Any) -> Flow[None]:
        # Kept, so that nothing but the driver closes it.
        self._flow = self._steps(step)
        return self._flow

    def _steps(self, step: Any) -> Flow[None]:
        try:
            while True:
                yield step
        except BaseException as end:
            self.ended_by = type(end)
            raise


def raising(error: BaseException) -> Any:
    def sleep(_: float) -> None:
        raise error

    return sleep


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)], ids=repr)
def test_an_interrupt_in_sleep_is_passed_on_and_closes_the_flow(error: BaseException) -> None:
    watched = Watched()
    driver = BlockingDriver(SETTINGS, TIMEOUT, httpx.MockTransport(Script([])), sleep=raising(error))
    with pytest.raises(type(error)) as caught:
        driver.run(watched.flow(Sleep(1)))
    assert caught.value is error
    assert watched.ended_by is GeneratorExit
    driver.close()


def test_an_interrupt_while_waiting_leaves_the_client_usable() -> None:
    script = Script([ok(samples.job(state="RUNNING")), ok(samples.user())])

    def driver(settings: Settings, timeout: httpx.Timeout) -> BlockingDriver:
        return BlockingDriver(settings, timeout, httpx.MockTransport(script), sleep=raising(KeyboardInterrupt()))

    with Client(ENDPOINT, TOKEN, driver=driver) as client:
        with pytest.raises(KeyboardInterrupt):
            client.wait(JOB_ID, type="COPY")
        assert client.user().username == "rfranklin"


def test_an_interrupt_of_a_request_is_passed_on_and_nothing_is_sent_again() -> None:
    def interrupted(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    script = Script([interrupted, ok(samples.user())])

    def driver(settings: Settings, timeout: httpx.Timeout) -> BlockingDriver:
        return BlockingDriver(settings, timeout, httpx.MockTransport(script))

    with Client(ENDPOINT, TOKEN, driver=driver) as client:
        with pytest.raises(KeyboardInterrupt):
            client.copy(["1"], project="a/b")
        assert len(script.requests) == 1
        assert client.user().username == "rfranklin"


def test_a_cancelled_task_closes_its_flow() -> None:
    watched = Watched()

    async def main() -> None:
        driver = AwaitingDriver(SETTINGS, TIMEOUT, httpx.MockTransport(Script([])))
        task = asyncio.create_task(driver.run(watched.flow(Sleep(3600))))
        await asyncio.sleep(0)
        assert watched.ended_by is None
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await driver.close()

    asyncio.run(main())
    assert watched.ended_by is GeneratorExit


def aclient(script: Any, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> AsyncClient:
    def driver(settings: Settings, timeout: httpx.Timeout) -> AwaitingDriver:
        return AwaitingDriver(settings, timeout, httpx.MockTransport(script), sleep)

    return AsyncClient(ENDPOINT, TOKEN, driver=driver)


def test_a_cancelled_wait_leaves_the_client_usable() -> None:
    script = Script([ok(samples.job(state="RUNNING")), ok(samples.user())])

    async def main() -> str:
        seen = asyncio.Event()
        async with aclient(script) as client:
            task = asyncio.create_task(client.wait(JOB_ID, type="COPY", on_change=lambda _: seen.set()))
            await seen.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return (await client.user()).username

    assert asyncio.run(main()) == "rfranklin"


def test_a_timeout_of_asyncio_ends_a_wait() -> None:
    script = Script([], then=ok(samples.job(state="RUNNING")))

    async def main() -> None:
        async with aclient(script) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.wait(JOB_ID, type="COPY"), 0.01)

    asyncio.run(main())
    assert len(script.requests) == 1


@pytest.mark.parametrize("times", [1, 2])
def test_a_submission_that_is_cancelled_waits_for_its_answer_a_while_or_until_it_is_cancelled_again(times: int) -> None:
    requests: list[httpx.Request] = []
    reached, slept = asyncio.Event(), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if times > 1:
            await asyncio.Event().wait()

    async def never(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def main() -> None:
        async with aclient(never, sleep) as client:
            task = asyncio.create_task(client.copy(["1"], project="a/b"))
            await reached.wait()
            for _ in range(times):
                task.cancel()
                for _ in range(10):
                    await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert (len(requests), slept) == (1, [GRACE])


def test_the_answer_of_a_submission_that_is_cancelled_is_told() -> None:
    reached, answer = asyncio.Event(), asyncio.Event()

    async def slowly(request: httpx.Request) -> httpx.Response:
        reached.set()
        await answer.wait()
        return ok(samples.job())(request)

    async def never(_: float) -> None:
        await asyncio.Event().wait()

    async def cancelled() -> Job:
        async with aclient(slowly, never) as client:
            try:
                return await client.copy(["1"], project="a/b")
            except asyncio.CancelledError as error:
                (job,) = error.args
                assert isinstance(job, Job)
                return job

    async def main() -> Job:
        task = asyncio.create_task(cancelled())
        await reached.wait()
        task.cancel()
        await asyncio.sleep(0)
        answer.set()
        return await task

    assert asyncio.run(main()).id == JOB_ID


class Later:
    """Timers that only go off when they are told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, Callable[[], None]]] = []
        self.cancelled = 0

    def __call__(self, seconds: float, what: Callable[[], None]) -> Later:
        self.calls.append((seconds, what))
        return self

    def cancel(self) -> None:
        self.cancelled += 1


def held(answer: Callable[[httpx.Request], httpx.Response]) -> tuple[Client, Script, Later]:
    """Return a client whose first request is answered like that, what it has sent, and its timers."""
    script, later = Script([answer, ok(samples.user())]), Later()

    def driver(settings: Settings, timeout: httpx.Timeout) -> BlockingDriver:
        made = BlockingDriver(settings, timeout, httpx.MockTransport(script))
        made._hold = Hold(later)
        return made

    return Client(ENDPOINT, TOKEN, driver=driver), script, later


def interrupted_by(*more: Callable[[], object]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        signal.raise_signal(signal.SIGINT)
        for what in more:
            what()
        return ok(samples.job())(request)

    return answer


def test_ctrl_c_while_a_submission_is_on_its_way_waits_for_its_answer_which_is_told() -> None:
    before = signal.getsignal(signal.SIGINT)
    client, script, later = held(interrupted_by())
    with client:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.copy(["1"], project="a/b")
        assert [job.id for job in caught.value.args] == [JOB_ID]
        assert ([seconds for seconds, _ in later.calls], later.cancelled) == ([GRACE], 1)
        assert signal.getsignal(signal.SIGINT) is before
        assert client.user().username == "rfranklin"
    assert len(script.requests) == 2


def test_a_second_ctrl_c_or_the_end_of_the_time_does_not_wait_for_the_answer() -> None:
    def time_is_up() -> None:
        (_, what), *_ = later.calls
        what()

    for second in (lambda: signal.raise_signal(signal.SIGINT), time_is_up):
        client, script, later = held(interrupted_by(second))
        with client:
            with pytest.raises(KeyboardInterrupt) as caught:
                client.copy(["1"], project="a/b")
            assert caught.value.args == ()
            assert len(script.requests) == 1
            assert client.user().username == "rfranklin"


def test_ctrl_c_while_something_is_read_does_not_wait() -> None:
    client, _, later = held(interrupted_by())
    with client, pytest.raises(KeyboardInterrupt):
        client.job(JOB_ID, type="COPY")
    assert not later.calls


def test_a_submission_whose_answer_is_an_error_is_interrupted_all_the_same() -> None:
    def refused(request: httpx.Request) -> httpx.Response:
        signal.raise_signal(signal.SIGINT)
        return raw(400, b'{"status": 400, "code": 5033, "message": "no"}')(request)

    client, _, _ = held(refused)
    with client, pytest.raises(KeyboardInterrupt) as caught:
        client.copy(["1"], project="a/b")
    assert caught.value.args == ()


def test_a_submission_in_another_thread_leaves_ctrl_c_alone() -> None:
    before, seen = signal.getsignal(signal.SIGINT), list[object]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(signal.getsignal(signal.SIGINT))
        return ok(samples.job())(request)

    client, _, _ = held(answer)
    with client, ThreadPoolExecutor(1) as pool:
        assert pool.submit(client.copy, ["1"], project="a/b").result().id == JOB_ID
    assert seen == [before]


def test_breaking_off_an_iteration_closes_the_flow() -> None:
    watched = Watched()
    driver = BlockingDriver(SETTINGS, TIMEOUT, httpx.MockTransport(Script([])))
    values = driver.iterate(watched.flow(Produce(1)))
    assert next(values) == 1
    assert watched.ended_by is None
    values.close()  # type: ignore[attr-defined] # it is a generator
    assert watched.ended_by is GeneratorExit
    driver.close()


def test_breaking_off_an_iteration_by_break_closes_the_flow_of_either_driver() -> None:
    watched, awaited = Watched(), Watched()
    driver = BlockingDriver(SETTINGS, TIMEOUT, httpx.MockTransport(Script([])))
    for _ in driver.iterate(watched.flow(Produce(1))):
        break
    driver.close()

    async def main() -> None:
        adriver = AwaitingDriver(SETTINGS, TIMEOUT, httpx.MockTransport(Script([])))
        async for _ in adriver.iterate(awaited.flow(Produce(1))):
            break
        await adriver.close()

    asyncio.run(main())
    assert watched.ended_by is awaited.ended_by is GeneratorExit


def test_an_error_of_the_one_who_iterates_is_not_thrown_into_the_flow() -> None:
    watched = Watched()
    driver = BlockingDriver(SETTINGS, TIMEOUT, httpx.MockTransport(Script([])))
    with pytest.raises(LookupError):
        for _ in driver.iterate(watched.flow(Produce(1))):
            raise LookupError
    assert watched.ended_by is GeneratorExit
    driver.close()


def test_a_stop_of_an_iteration_inside_a_step_is_not_taken_for_the_end_of_the_flow() -> None:
    driver = BlockingDriver(SETTINGS, TIMEOUT, httpx.MockTransport(Script([])), sleep=raising(StopIteration()))
    with pytest.raises(RuntimeError, match="StopIteration"):
        driver.run(Watched().flow(Sleep(1)))
    driver.close()


def test_a_step_that_a_driver_does_not_know_is_an_error() -> None:
    driver = BlockingDriver(SETTINGS, TIMEOUT, httpx.MockTransport(Script([])))
    with pytest.raises(TypeError, match="not a step that this driver performs"):
        driver.run(Watched().flow(Produce(1)))
    driver.close()


def test_the_blocking_client_works_inside_a_running_event_loop() -> None:
    script = Script([ok(samples.user()), page([samples.job()])])

    async def main() -> tuple[str, list[Job]]:
        with Client(
            ENDPOINT,
            TOKEN,
            driver=lambda settings, timeout: BlockingDriver(settings, timeout, httpx.MockTransport(script)),
        ) as client:
            return client.user().username, list(client.jobs())

    username, jobs = asyncio.run(main())
    assert (username, len(jobs)) == ("rfranklin", 1)


def test_calls_side_by_side_get_their_own_answers() -> None:
    ids = [str(number) for number in range(20)]

    async def slow(request: httpx.Request) -> httpx.Response:
        job_id = request.url.path.rsplit("/", 1)[-1]
        for _ in range(int(job_id) * 7 % 5):
            await asyncio.sleep(0)
        # Some are answered in a way that the generated code cannot read.
        return ok(samples.job(job_id, result=[None]) if int(job_id) % 2 else samples.job(job_id), 200)(request)

    async def main() -> list[Job]:
        async with aclient(slow) as client:
            return await asyncio.gather(*(client.job(job_id, type="COPY") for job_id in ids))

    assert [job.id for job in asyncio.run(main())] == ids


def test_a_closed_client_says_so() -> None:
    def client() -> Iterator[Client]:
        with Client(
            ENDPOINT,
            TOKEN,
            retry=Retry(within=0),
            driver=lambda settings, timeout: BlockingDriver(settings, timeout, httpx.MockTransport(Script([raw(200)]))),
        ) as opened:
            yield opened

    (closed,) = list(client())
    with pytest.raises(RuntimeError, match="closed"):
        closed.user()
