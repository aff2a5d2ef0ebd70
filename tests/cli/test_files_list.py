"""`sbg-bulk files list`"""

from __future__ import annotations

import pytest

from sbg_bulk import Client, InputError
from sbg_bulk.simulator import Permissions, Simulator
from tests.cli.harness import FILE, FOLDER, MINE, TARGET, TOKEN, Run, folder_of, tree


def test_a_projects_root_is_listed_with_ids(sbg: Run) -> None:
    ran = sbg("files", "list", TARGET)
    header, *rows = ran.out.splitlines()
    assert header.split() == ["ID", "TYPE", "NAME"]
    assert [FOLDER, "folder", "incoming"] in [row.split() for row in rows]
    assert (ran.code, ran.err) == (0, "")


def test_with_json_each_entry_is_a_document_on_a_line(sbg: Run) -> None:
    documents = sbg("files", "list", MINE, "--json").documents
    assert {frozenset(document) for document in documents} == {
        frozenset({"id", "name", "type", "in_project", "in_folder"})
    }
    assert {"sample.bam", "run-1"} <= {document["name"] for document in documents}


def test_a_name_finds_an_id(sbg: Run) -> None:
    assert sbg("files", "list", TARGET, "--name", "incoming", "--json").document["id"] == FOLDER


def test_names_in_json_are_ascii_for_any_locale(sbg: Run, simulator: Simulator) -> None:
    simulator.world.add_file("Größe \x1b[1m.bam", folder_of(simulator), size=1)
    ran = sbg("files", "list", "--folder", FOLDER, "--json")
    assert ran.out.isascii()
    assert ran.document["name"] == "Größe \x1b[1m.bam"


def test_an_empty_folder_is_no_error(sbg: Run) -> None:
    ran = sbg("files", "list", "--folder", FOLDER)
    assert (ran.code, ran.out, ran.err) == (0, "", "Empty.\n")
    assert sbg("files", "list", "--folder", FOLDER, "--json").documents == []


@pytest.mark.parametrize(
    "words", [[MINE, "--folder", FOLDER], ["--name", "x"], ["a//b"], ["x:y"], [f"cgc:{MINE}", "--profile", "x"]]
)
def test_one_well_formed_place_is_wanted(sbg: Run, simulator: Simulator, words: list[str]) -> None:
    simulator.requests.clear()
    ran = sbg("files", "list", *words)
    assert (ran.code, ran.out) == (2, "")
    assert len(simulator.requests) == 0


def test_a_project_without_its_owner_is_told_how_to_write_it(sbg: Run) -> None:
    ran = sbg("files", "list", "my-project")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "sbg-bulk: Folder my-project was not found, or is not shared with you. To name a project, write "
        "owner/project.\n"
    )


def test_a_folder_is_listed_by_its_path_and_by_its_id(sbg: Run, simulator: Simulator) -> None:
    simulator.world.add_file("a.bam", folder_of(simulator), size=1)
    for place in (f"{TARGET}/incoming", f"{TARGET}/incoming/", FOLDER):
        assert sbg("files", "list", place, "--json").document["name"] == "a.bam"
    assert sbg("files", "list", f"{TARGET}/incoming/a.bam", "--json").document["name"] == "a.bam"
    ran = sbg("files", "list", f"{TARGET}/incoming/b.bam")
    assert ran.code == 2
    assert ran.err.endswith(f"List it with: sbg-bulk files list {TARGET}/incoming\n")


def test_globs_narrow_the_list(sbg: Run) -> None:
    words = ["files", "list", MINE, "--match", "sample*", "--match", "*.vcf.gz", "--json"]
    names = {document["name"] for document in sbg(*words).documents}
    assert names == {f"{name}.bam" for name in ("sample", "sample-1", "sample-2", "sample-3")} | {
        f"variants-{number}.vcf.gz" for number in (1, 2, 3)
    }
    assert sbg("files", "list", MINE, "--match", "none").err == "No files matched.\n"


def test_a_long_list_has_sizes_and_dates(sbg: Run) -> None:
    ran = sbg("files", "list", MINE, "--name", "sample.bam", "--long")
    header, row = (line.split() for line in ran.out.splitlines())
    assert header == ["SIZE", "MODIFIED", "ID", "NAME"]
    assert (row[0], row[2:]) == (str(2 << 30), [FILE, "sample.bam"])
    document = sbg("files", "list", f"{MINE}/sample.bam", "--long", "--json").document
    assert document["size"] == 2 << 30
    assert document["modified_on"].endswith("Z")


def test_a_tree_is_drawn_with_sizes_and_totals(sbg: Run, simulator: Simulator) -> None:
    folder = folder_of(simulator)
    for name in ("b", "a"):
        simulator.world.add_file("x.bam", simulator.world.add_folder(name, folder), size=1_500_000)
    simulator.world.add_file("c\x1b[1m", folder, size=12)
    ran = sbg("files", "tree", f"{TARGET}/incoming")
    assert ran.out.splitlines() == [
        f"{TARGET}/incoming",
        "├── a/",
        "│   └── x.bam  1.5 MB",
        "├── b/",
        "│   └── x.bam  1.5 MB",
        "└── c\\x1b[1m  12 B",
    ]
    assert ran.err == "2 folders, 3 files, 3 MB.\n"
    flat = sbg("files", "tree", FOLDER, "--depth", "1")
    assert len(flat.out.splitlines()) == 1 + 3
    documents = sbg("files", "tree", f"{TARGET}/incoming", "--json").documents
    assert [one["path"].removeprefix(f"{TARGET}/incoming/") for one in documents] == [
        "a",
        "a/x.bam",
        "b",
        "b/x.bam",
        "c\x1b[1m",
    ]
    assert documents[1]["size"] == 1_500_000


def test_an_address_of_a_file_a_folder_or_a_project_is_listed(sbg: Run, env: dict[str, str]) -> None:
    api = env["SB_API_ENDPOINT"]
    assert sbg("files", "list", f"{api}/projects/{TARGET}").out == sbg("files", "list", TARGET).out
    assert sbg("files", "list", f"{api}/files/{FILE}", "--json").document["id"] == FILE
    assert sbg("files", "list", f"{api}/files/{FOLDER}").out == sbg("files", "list", FOLDER).out
    assert sbg("files", "tree", f"{api}/files/{FOLDER}").code == 0


@pytest.mark.parametrize(
    "address", ["https://cgc.sbgenomics.com/u/o/p/files/", f"https://cgc-api.sbgenomics.com/v2/files/{FILE}"]
)
def test_an_address_of_another_deployment_is_refused_and_nothing_is_sent(
    sbg: Run, simulator: Simulator, address: str
) -> None:
    simulator.requests.clear()
    for words in (
        ("files", "list", address),
        ("files", "tree", address),
        ("copy", address, "--to", TARGET, "--yes"),
        ("copy", FILE, "--to", address),
        ("delete", address, "--yes"),
        ("move", "--yes", "--manifest", "-", "--to", address),
    ):
        ran = sbg(*words)
        assert (ran.code, ran.out) == (2, "")
        assert "belongs to https://cgc-api.sbgenomics.com/v2, but you are connected to http://127.0.0.1" in ran.err
    assert len(simulator.requests) == 0


def test_addresses_are_copied_and_moved_like_the_paths_and_ids_they_mean(
    sbg: Run, env: dict[str, str], simulator: Simulator
) -> None:
    api = env["SB_API_ENDPOINT"]
    assert sbg("copy", f"{api}/files/{FILE}", "--to", f"{api}/files/{FOLDER}").code == 0
    assert sbg("copy", f"{api}/projects/{MINE}", "--match", "*.vcf.gz", "--to", FOLDER, "--yes").code == 0
    assert len(tree(simulator, FOLDER)) > 1
    with Client(api, TOKEN) as client:
        assert client.locate(f"{api}/files/{FILE}").name
        assert [item.id for item in client.choose([f"{api}/files/{FILE}"], to=f"{api}/projects/{TARGET}").items] == [
            FILE
        ]
        with pytest.raises(InputError, match="but you are connected to"):
            client.locate("https://cgc.sbgenomics.com/u/o/p")


@pytest.mark.parametrize("words", [(), ("/",), ("rfranklin",), ("rfranklin/",)])
def test_without_a_place_or_with_an_owner_alone_projects_are_listed(sbg: Run, words: tuple[str, ...]) -> None:
    ran = sbg("ls", *words)
    header, *rows = ran.out.splitlines()
    assert (ran.code, header.split(), ran.err) == (0, ["PROJECT", "NAME"], "")
    assert {MINE, TARGET} <= {row.split()[0] for row in rows}
    assert {MINE, TARGET} <= {document["id"] for document in sbg("ls", *words, "--json").documents}


def test_projects_of_others_are_not_those_of_an_owner(sbg: Run, simulator: Simulator) -> None:
    simulator.world.add_user("rfrank")
    simulator.world.add_project("rfrank/other", members={"rfranklin": Permissions(read=True)})
    assert [document["id"] for document in sbg("ls", "rfrank", "--json").documents] == ["rfrank/other"]
    assert "rfrank/other" not in sbg("ls", "rfranklin").out


def test_slashes_around_a_path_do_no_harm(sbg: Run) -> None:
    assert sbg("ls", f"/{TARGET}/", "--json").documents == sbg("ls", TARGET, "--json").documents


@pytest.mark.parametrize(
    ("words", "folder", "pattern"),
    [
        (("ls", f"{MINE}/*.bam"), MINE, "'*.bam'"),
        (("du", f"{TARGET}/inc*/x"), TARGET, "'inc*/x'"),
        (("copy", f"{MINE}/*.bam", "--to", TARGET, "--yes"), MINE, "'*.bam'"),
    ],
)
def test_a_pattern_in_a_path_is_answered_with_the_option_for_it(
    sbg: Run, words: tuple[str, ...], folder: str, pattern: str
) -> None:
    ran = sbg(*words)
    assert (ran.code, ran.out) == (2, "")
    assert f"wildcards do not work in paths. Give {folder} and --include {pattern} (" in ran.err


def test_tables_in_a_file_have_no_blanks_at_the_end_of_lines(sbg: Run) -> None:
    for words in (
        ("ls", MINE),
        ("ls", "-l", MINE),
        ("projects", "list"),
        ("jobs", "list"),
        ("du", MINE, "--depth", "1"),
    ):
        lines = sbg(*words).out.splitlines()
        assert len(lines) > 1
        assert lines == [line.rstrip() for line in lines]
