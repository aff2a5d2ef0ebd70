"""An address pasted from the browser, or taken from an answer of the API, is the path or the id that it shows."""

from __future__ import annotations

import pytest

from sbg_bulk import InputError
from sbg_bulk.files.addresses import PAGES, Address, meaning_of, page_of
from sbg_bulk.files.paths import Location, is_path, place_of, unpasted
from sbg_bulk.settings.deployments import DEPLOYMENTS

PAGE = "https://cavatica.sbgenomics.com/u"
CAVATICA = DEPLOYMENTS["cavatica"]
ID = "5c6d4227e4b0385632389346"


def test_the_pages_of_all_deployments_are_known() -> None:
    assert {*PAGES.values()} == {*DEPLOYMENTS}
    for host, name in PAGES.items():
        assert meaning_of(f"https://{host}/u/o/p/") == Address("o/p", DEPLOYMENTS[name])


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("/o/p", "o/p"),
        ("/o/p/", "o/p"),
        ("/o/p/files", "o/p"),
        ("/o/p/files/", "o/p"),
        ("/o/p/files/?page=2&limit=50#top", "o/p"),
        ("/o/p/files/#q", "o/p"),
        ("/o/p/files/#q?path=batch-01", "o/p/batch-01"),
        ("/o/p/files/#q?path=batch-01%2Fbams", "o/p/batch-01/bams"),
        ("/o/p/files/#q?path=two%20words/Gr%C3%B6%C3%9Fe&page=3", "o/p/two words/Gr\u00f6\u00dfe"),
        ("/o/p%2Dq/", "o/p-q"),
        (f"/o/p/files/{ID}", ID),
        (f"/o/p/files/{ID}/", ID),
        (f"/o/p/files/{ID}/?preview#x", ID),
    ],
)
def test_a_page_means_what_it_shows(address: str, text: str) -> None:
    for pasted in (f"{PAGE}{address}", f" {PAGE}{address} ", f"{PAGE}{address}".replace("https://c", "HTTPS://C")):
        assert meaning_of(pasted) == Address(text, CAVATICA)
        assert unpasted(pasted) == text
        assert is_path(pasted) is ("/" in text)
        assert place_of(pasted) == place_of(text)
        assert place_of(pasted).endpoint == CAVATICA


@pytest.mark.parametrize(
    ("address", "text", "endpoint"),
    [
        (f"{CAVATICA}/projects/o/p", "o/p", CAVATICA),
        (f"{CAVATICA}/projects/o/p/files", "o/p", CAVATICA),
        (f"{CAVATICA}/files/{ID}", ID, CAVATICA),
        (f"{CAVATICA}/files/{ID}/list?offset=0", ID, CAVATICA),
        (f"http://127.0.0.1:8000/v2/files/{ID}", ID, "http://127.0.0.1:8000/v2"),
        (f"http://[::1]:8000/sb/api/v2/files/{ID}", ID, "http://[::1]:8000/sb/api/v2"),
    ],
)
def test_an_address_of_the_api_means_what_it_is_about(address: str, text: str, endpoint: str) -> None:
    assert meaning_of(address) == Address(text, endpoint)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("igor.sbgenomics.com/u/o/p", "o/p"),
        ("CGC.sbgenomics.com/u/o/p/files/#q?path=a", "o/p/a"),
        (" www.cavatica.sbgenomics.com/u/o/p/files/", "o/p"),
        (f"cgc.sbgenomics.com/u/o/p/files/{ID}", ID),
        (f"cavatica-api.sbgenomics.com/v2/files/{ID}", ID),
    ],
)
def test_an_address_needs_no_scheme(address: str, text: str) -> None:
    assert unpasted(address) == text
    assert place_of(address) == place_of(text)
    assert place_of(address).endpoint in DEPLOYMENTS.values()


@pytest.mark.parametrize("path", ["john.doe/u.s/a", "john.doe/project/u/a", "cgc:john.doe/u/a/b", "u/a/b", "a.b1/u/c"])
def test_a_path_that_is_like_an_address_stays_a_path(path: str) -> None:
    assert unpasted(path) == path
    assert place_of(path).endpoint is None


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (
            f"{PAGE}/o/p/tasks/598b5c92-cb1d-49b2-8030-e1aa3e9b9fde/",
            "not the web address of a project, a folder or a file.*: o/p$",
        ),
        (f"{PAGE}/o/p/apps/", "not the web address of a project, a folder or a file.*: o/p$"),
        (f"{PAGE}/o", "does not contain a project"),
        (f"{PAGE}/o/p%2Fq", "does not contain a project"),
        ("https://cavatica.sbgenomics.com/home", "is not supported"),
        ("https://example.org/u/o/p/files/", "example.org is not the host of a known platform.*: o/p$"),
        ("https://example.org/", "is not supported"),
        ("example.org/u/o/p/files/", "example.org is not the host of a known platform.*: o/p$"),
        ("cgc.sbgenomics.com/home", "is not supported"),
        (CAVATICA, "is not supported"),
        (f"{CAVATICA}/projects/o", "contains neither a project nor a file"),
        ("https://[::1/u/o/p", "not a valid web address"),
        ("https://cavatica.sbgenomics.com/u/o/%ff/", "not a valid web address"),
        ("https://me:s3cr3t-word@example.org/x", "is not supported"),
    ],
)
def test_of_another_address_it_is_said_what_to_write_instead(address: str, told: str) -> None:
    for reader in (meaning_of, place_of, is_path):
        with pytest.raises(InputError, match=told) as caught:
            reader(address)
        assert "Write a path" in str(caught.value)
        assert "s3cr3t" not in str(caught.value)


def test_a_place_knows_the_deployment_that_its_address_is_one_of() -> None:
    place = place_of(f"{PAGE}/o/p/files/#q?path=a/b")
    place.check_endpoint(CAVATICA)
    place_of("o/p/a").check_endpoint(CAVATICA)
    for one in (place, place.parent, place_of(f"{PAGE}/o/p/files/{ID}")):
        with pytest.raises(InputError, match=r"belongs to https://cavatica-api\.sbgenomics\.com/v2, but you are"):
            one.check_endpoint(DEPLOYMENTS["cgc"])
    assert place == Location("o/p", ("a", "b"))


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_an_address_of_a_page_means_what_the_page_is_of(deployment: str) -> None:
    endpoint = DEPLOYMENTS[deployment]
    for more, text in (
        ({}, "o/my project"),
        ({"folder": ("a b", "c+d&e#f%20", "ü")}, "o/my project/a b/c+d&e#f%20/ü"),
        ({"file": ID}, ID),
    ):
        page = page_of(endpoint, "o/my project", **more)
        assert page is not None
        assert meaning_of(page) == Address(text, endpoint)


def test_only_a_simulator_has_a_page_beside_the_public_platforms() -> None:
    assert page_of("http://127.0.0.1:8000/v2", "o/p", ["a"]) == "http://127.0.0.1:8000/"
    assert page_of("https://example.org/v2", "o/p") is None
