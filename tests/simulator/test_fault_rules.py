"""Fault rules: how they are written, and which requests they strike."""

from __future__ import annotations

import pytest

from sbg_bulk.simulator import FaultError, FaultRule, Simulator
from sbg_bulk.simulator.faults import ArmedFault
from tests.simulator.api import Api


@pytest.mark.parametrize(
    "text",
    [
        "kind=429",
        "kind=429 op=list_async_jobs times=2",
        "kind=cut_after op=submit_copy_job call=2",
        "kind=520 op='submit_*' every=3 probability=0.25 seed=-7 after=true",
        "kind=delay seconds=1.5",
        "kind=header field=X-RateLimit-Reset value='next year'",
        "kind=fail_item op=submit_copy_job item=3 code=5014",
        "kind=late_list op=submit_copy_job seconds=4.5",
        "kind=maintenance retry_after=2.0",
        "kind=html after=true status=502",
        "kind=cut_before error=connect",
    ],
)
def test_a_rule_is_read_from_the_text_it_is_written_as(text: str) -> None:
    rule = FaultRule.parse(text)
    assert str(rule) == text
    assert FaultRule.parse(str(rule)) == rule


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a rule needs a kind, one of 429, maintenance, html"),
        ("op=get_user", "a rule needs a kind"),
        ("kind=broken", r"word 1, 'kind=broken': kind: expected one of 429, .* from 500 to 599, not 'broken'"),
        ("kind=404", "kind: expected one of"),
        ("kind=429 opp=get_user", r"word 2, 'opp=get_user': expected one of these with a value: kind=, op=, call="),
        ("kind=429 twice", "word 2, 'twice'"),
        ("kind=429 call=0", r"word 2, 'call=0': call: expected a whole number, 1 or more, not '0'"),
        ("kind=429 times=-1", "times: expected a whole number, 1 or more"),
        ("kind=429 probability=1.1", "probability: expected a number from 0 to 1"),
        ("kind=429 probability=some", "probability: expected a number from 0 to 1"),
        ("kind=429 seed=x", "seed: expected a whole number"),
        ("kind=429 call=1 call=2", "word 3, 'call=2': 'call' is given twice"),
        (
            "kind=429 field=id",
            "'field' cannot be used in a rule of kind 429, only kind, op, .*seconds, retry",
        ),
        ("kind=500 seconds=1", "'seconds' cannot be used in a rule of kind 500, only .*after, retry_after"),
        ("kind=delay", "a rule of kind delay needs 'seconds'"),
        ("kind=delay seconds=nan", "seconds: expected a number of seconds, 0 or more"),
        ("kind=header value=x", "a rule of kind header needs 'field'"),
        ("kind=header field=''", "field: expected printable ASCII text"),
        ("kind=520 after=yes", "after: expected true or false"),
        ("kind=html status=99", "status: expected an HTTP status"),
        ("kind=fail_item code=1234", "code: expected a documented API code, such as 5002 or 10225"),
        ("kind=cut_before error=loud", "error: expected read, protocol or connect"),
        ("kind=cut_after error=connect", "cannot break after processing"),
        ("kind=header field='X Y' value=1", "field: expected the name of a header other than .*, not 'X Y'"),
        ("kind=header field=Content-Length value=1", "field: expected the name of a header"),
        ("kind=header field='x", "No closing quotation"),
    ],
)
def test_a_rule_that_makes_no_sense_names_the_word_and_what_is_known(text: str, message: str) -> None:
    with pytest.raises(FaultError, match=message):
        FaultRule.parse(text)


def test_a_rule_made_from_small_numbers_has_a_text_form_too() -> None:
    rule = FaultRule(kind="delay", seconds=1e-7, probability=1e-5)
    assert FaultRule.parse(str(rule)) == rule


def test_a_rule_made_from_keywords_is_checked_the_same_way() -> None:
    with pytest.raises(FaultError, match="call: expected a whole number, 1 or more, not '0'"):
        FaultRule(kind="429", call=0)
    with pytest.raises(FaultError, match="'field' cannot be used"):
        FaultRule(kind="429", field="id")


@pytest.mark.parametrize(
    "rule", ["kind=429 op=get_usr", "kind=fail_item op=list_*", "kind=late_list op=list_* seconds=1"]
)
def test_a_rule_that_means_no_operation_is_refused_with_those_there_are(simulator: Simulator, rule: str) -> None:
    with pytest.raises(FaultError, match=r"matches no operation .*operations are: .*list_async_jobs"):
        simulator.arm(rule)
    assert simulator.faults.armed == ()


def struck(rule: str, requests: int = 12) -> list[int]:
    """The numbers, from 1, of the requests that a rule strikes."""
    armed = ArmedFault(FaultRule.parse(rule))
    return [number for number in range(1, requests + 1) if armed.takes("get_user")]


def test_the_words_for_when_say_which_requests_are_struck() -> None:
    assert struck("kind=429") == list(range(1, 13))
    assert struck("kind=429 call=3") == [3]
    assert struck("kind=429 times=2") == [1, 2]
    assert struck("kind=429 every=5") == [5, 10]
    assert struck("kind=429 every=3 times=2") == [3, 6]
    assert struck("kind=429 probability=0") == []
    assert struck("kind=429 probability=1") == list(range(1, 13))


def test_chance_is_drawn_with_the_seed_and_strikes_as_often_as_it_says() -> None:
    first = struck("kind=429 probability=0.25 seed=1", 1000)
    assert first == struck("kind=429 probability=0.25 seed=1", 1000)
    assert first != struck("kind=429 probability=0.25 seed=2", 1000)
    assert 200 < len(first) < 300
    assert struck("kind=429 probability=0.25 seed=1 times=3", 1000) == first[:3]


def test_a_rule_counts_what_it_has_seen_and_struck(api: Api, simulator: Simulator) -> None:
    armed = simulator.arm("kind=500 op=list_* call=2")
    for path in ("/user", "/async/files", "/projects", "/projects", "/user"):
        api.get(path)
    assert (armed.seen, armed.struck) == (3, 1)
    assert [entry.fault for entry in simulator.requests] == [None, None, "500", None, None]


def test_a_rule_does_not_see_requests_that_are_not_authenticated_or_lead_nowhere(
    api: Api, simulator: Simulator
) -> None:
    armed = simulator.arm("kind=500")
    assert Api(simulator, {}).get("/user").status_code == 401
    assert api.get("/nowhere").status_code == 404
    assert armed.seen == 0


def test_rules_act_in_the_order_in_which_they_were_armed(api: Api, simulator: Simulator) -> None:
    simulator.arm("kind=503")
    simulator.arm("kind=429")
    assert api.get("/user").status_code == 503
    assert simulator.requests[0].fault == "503 429"


def test_disarmed_rules_do_nothing(api: Api, simulator: Simulator) -> None:
    simulator.arm("kind=500")
    simulator.disarm()
    assert api.get("/user").status_code == 200
    assert simulator.faults.armed == ()
