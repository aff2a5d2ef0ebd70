"""What a path means, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sbg_bulk import InputError, SettingsError
from sbg_bulk.files.paths import Location, place_of
from sbg_bulk.settings.deployments import DEPLOYMENTS
from sbg_bulk.settings.names import Named, meaning


@pytest.mark.parametrize(
    ("text", "names", "deployment"),
    [
        ("rfranklin/cohort-a", (), None),
        ("rfranklin/cohort-a/", (), None),
        ("rfranklin/cohort-a/bams/x.bam", ("bams", "x.bam"), None),
        ("rfranklin/cohort-a/bams//", ("bams",), None),
        ("cavatica:rfranklin/cohort-a/bams", ("bams",), "cavatica"),
        ("my profile:rfranklin/cohort-a", (), "my profile"),
        ("rfranklin/cohort-a/two words/*.bam/Größe/a:b/-x", ("two words", "*.bam", "Größe", "a:b", "-x"), None),
        ("rfranklin/cohort-a/./..", (".", ".."), None),
    ],
)
def test_a_path_names_a_project_and_what_is_below(text: str, names: tuple[str, ...], deployment: str | None) -> None:
    place = place_of(text)
    assert (place.project, place.names, place.deployment, place.folder) == (
        "rfranklin/cohort-a",
        names,
        deployment,
        None,
    )


def test_the_lineage_of_a_place_goes_from_where_its_names_begin_down_to_it() -> None:
    place = place_of("cavatica:rfranklin/cohort-a/bams/x.bam")
    start = Location("rfranklin/cohort-a")
    assert place.lineage() == (start, start.below("bams"), place)
    assert {one.deployment for one in place.lineage()} == {"cavatica"}
    assert start.lineage() == (start,)


@pytest.mark.parametrize("text", ["5c6d4227e4b0385632389346", "2c6d3b10e5e031231235932g", "any-id"])
def test_what_has_no_slash_is_an_id(text: str) -> None:
    assert place_of(text) == Location(folder=text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected an id"),
        ("cavatica:cohort-a", "neither an id nor a path"),
        (":rfranklin/cohort-a", "the name before the colon is missing"),
        ("/rfranklin", "is not a path"),
        ("rfranklin//bams", "a name is missing between two slashes"),
        ("rfranklin/cohort-a//x.bam", "a name is missing between two slashes"),
        ("rfranklin/", "is not a path"),
        ("cavatica:/", "is not a path"),
        ("r franklin/cohort", "is not of the form owner/project"),
        ("https://cavatica-api.sbgenomics.com/v2", "Write a path, OWNER/PROJECT"),
        (f"rfranklin/cohort-a/{'x' * 256}", "256 characters; at most 255"),
    ],
)
def test_what_is_no_path_is_refused_with_its_form(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        place_of(text)


def test_the_name_of_the_deployment_does_not_make_another_place() -> None:
    assert place_of("cavatica:a/b/c") == place_of("a/b/c")


@pytest.mark.parametrize(
    ("here", "there", "within"),
    [("a/b/c/d", "a/b/c", True), ("a/b/c", "a/b/c", True), ("a/b/cd", "a/b/c", False), ("a/x/c/d", "a/b/c", False)],
)
def test_a_place_is_within_another_by_whole_names(here: str, there: str, within: bool) -> None:
    assert place_of(here).is_within(place_of(there)) is within


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    path = tmp_path / "credentials"
    path.write_text(
        "[work]\napi_endpoint = https://work.example.org/v2\nauth_token = not-a-token\n"
        "[cgc]\napi_endpoint = https://mirror.example.org/v2/\nauth_token = not-a-token\n[empty]\n",
        "utf-8",
    )
    return path


def test_a_name_is_a_profile_before_it_is_a_deployment(credentials: Path) -> None:
    assert meaning("work", credentials) == Named("https://work.example.org/v2", "work")
    assert meaning("cgc", credentials) == Named("https://mirror.example.org/v2", "cgc")
    assert meaning("Cavatica", credentials) == Named(DEPLOYMENTS["cavatica"], None)


@pytest.mark.parametrize(
    ("name", "told"), [("cavatcia", "profiles: work, cgc, empty"), ("empty", "has no api_endpoint")]
)
def test_a_name_that_leads_nowhere_is_told_with_those_that_do(credentials: Path, name: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        meaning(name, credentials)


def test_without_a_credentials_file_the_deployments_have_their_names(tmp_path: Path) -> None:
    assert meaning("eu", tmp_path / "none") == Named(DEPLOYMENTS["eu"], None)
    with pytest.raises(SettingsError, match=r"profiles: none"):
        meaning("work", tmp_path / "none")
