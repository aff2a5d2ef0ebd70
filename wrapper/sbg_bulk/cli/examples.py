"""The examples in the help of the commands. A test runs them on a simulator with the seed `demo`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_BATCH: Final = "rfranklin/cohort-a/batch-01"
_ANALYSIS: Final = "rfranklin/analysis"
_VOLUME: Final = "rfranklin/sequencer"
_RUN: Final = "20261128-101500-ab12"
_JOB: Final = "70711174378885120"

_LIST: Final = {
    "List a project": "sbg-bulk ls rfranklin/cohort-a",
    "Only CSV files, with sizes and dates": f"sbg-bulk ls {_ANALYSIS} --include '*.csv' --long",
    "Save a list that copy --manifest reads": f"sbg-bulk ls {_BATCH} --json > files.jsonl",
}

EXAMPLES: Final[Mapping[str, Mapping[str, str]]] = {
    "": {
        "Copy a folder with its subfolders": f"sbg-bulk copy {_BATCH} --recursive --to {_ANALYSIS}",
        "Resume it after an interruption": "sbg-bulk runs resume",
        "Check that everything arrived": f"sbg-bulk check {_BATCH} {_ANALYSIS} --one-way",
    },
    "check": {
        "Compare two folders": f"sbg-bulk check {_BATCH} {_ANALYSIS}/incoming",
        "Ignore what only the second has": f"sbg-bulk check {_BATCH} {_ANALYSIS}/incoming --one-way",
        "Save a manifest of what is missing": f"sbg-bulk check {_BATCH} {_ANALYSIS}/incoming --csv > missing.csv",
        "Compare a folder with a volume": f"sbg-bulk check {_BATCH} rfranklin/archive:batch-01",
    },
    "completion": {
        "Try completion in this shell only (bash)": 'eval "$(sbg-bulk completion bash)"',
        "Install completion (fish)": "sbg-bulk completion fish > ~/.config/fish/completions/sbg-bulk.fish",
    },
    "configure": {
        "Save a token for the Cancer Genomics Cloud": "sbg-bulk configure --profile cgc --endpoint cgc",
        "Show the saved profiles, without tokens": "sbg-bulk configure --list",
    },
    "contract": {
        "Check the configured platform, reading only": "sbg-bulk contract",
        "Also submit jobs, in a scratch project": f"sbg-bulk contract --allow-writes {_ANALYSIS} --junit contract.xml",
        "Only one promise": "sbg-bulk contract --promise links",
    },
    "copy": {
        "Copy a folder with its subfolders": f"sbg-bulk copy {_BATCH} --recursive --to {_ANALYSIS}/batch-01 --parents",
        "Only the BAM files, all into one folder": (
            f"sbg-bulk copy {_BATCH} -r --include '*.bam' --flatten --to {_ANALYSIS}/incoming"
        ),
        "Show what would be copied, and change nothing": f"sbg-bulk copy {_BATCH} -r --to {_ANALYSIS} --dry-run",
        "Copy the files in a table": f"sbg-bulk copy --manifest samples.csv --to {_ANALYSIS}",
    },
    "delete": {
        "Delete a file": f"sbg-bulk delete {_ANALYSIS}/samples.csv",
        "Delete a folder with all its contents": f"sbg-bulk delete {_ANALYSIS}/incoming --dir",
        "Show which index files would be deleted": f"sbg-bulk delete {_BATCH} -r --include '*.bai' --dry-run",
    },
    "du": {
        "Count the files and bytes of a project": "sbg-bulk du rfranklin/cohort-a",
        "Also those of each folder in it": "sbg-bulk du rfranklin/cohort-a --depth 1",
    },
    "events-schema": {"Save the schema": "sbg-bulk events-schema > events.schema.json"},
    "export": {
        "Export a project, and keep the platform's copies": (
            f"sbg-bulk export {_ANALYSIS} --recursive --to rfranklin/archive:analysis --copy-only"
        ),
        "Show what would be exported, and change nothing": (
            f"sbg-bulk export {_BATCH} -r --to rfranklin/archive:batch-01 --copy-only --dry-run"
        ),
        "Only the BAM files; aliases take their place": (
            f"sbg-bulk export {_BATCH} -r --include '*.bam' --to rfranklin/archive:bams --replace-with-alias"
        ),
    },
    "files list": _LIST,
    "files tree": {
        "Show all folders and files of a project": f"sbg-bulk files tree {_ANALYSIS}",
        "Only its first level": "sbg-bulk files tree rfranklin/cohort-a --depth 1",
    },
    "help": {"Show the help of a command": "sbg-bulk help runs resume"},
    "import": {
        "Import a folder of a volume": (
            f"sbg-bulk import {_VOLUME}:delivered/run-000/S000000/ --recursive --to {_ANALYSIS}/incoming"
        ),
        "Only the BAM files, in the same subfolders": (
            f"sbg-bulk import {_VOLUME}:delivered/run-000/S000000/ -r --include '*.bam' --preserve-structure "
            f"--to {_ANALYSIS}/sequenced --parents"
        ),
        "Import the DRS manifest of a portal": f"sbg-bulk import --drs portal.tsv --to {_ANALYSIS}/incoming",
    },
    "jobs list": {
        "List the latest jobs": "sbg-bulk jobs list",
        "Only copies that are running": "sbg-bulk jobs list --state RUNNING --type COPY",
    },
    "jobs show": {"Show the result of each item": f"sbg-bulk jobs show {_JOB}"},
    "jobs wait": {
        "Wait for a job": f"sbg-bulk jobs wait {_JOB}",
        "Wait for all running jobs, an hour at most": "sbg-bulk jobs wait --all --timeout 3600",
    },
    "ls": _LIST,
    "metadata get": {
        "Save the metadata of a folder's files as a table": f"sbg-bulk metadata get {_BATCH} -r --csv > metadata.csv",
    },
    "metadata set": {
        "Show what a table would change, and change nothing": "sbg-bulk metadata set --manifest metadata.csv --dry-run",
        "Set it": "sbg-bulk metadata set --manifest metadata.csv",
        "Also remove a key where the table has no value for it": (
            "sbg-bulk metadata set --manifest metadata.csv --clear case_id"
        ),
    },
    "mkdir": {
        "Create two folders": f"sbg-bulk mkdir {_ANALYSIS}/raw {_ANALYSIS}/aligned",
        "Create a folder and the missing ones above": f"sbg-bulk mkdir {_ANALYSIS}/2026/results --parents",
    },
    "move": {
        "Move a folder with its subfolders": f"sbg-bulk move {_BATCH} --recursive --to {_ANALYSIS}/batch-01 --parents",
        "Only the index files": (f"sbg-bulk move {_BATCH} -r --include '*.bai' --to {_ANALYSIS}/indexes --parents"),
        "Show what would be moved, and change nothing": f"sbg-bulk move {_BATCH} -r --to {_ANALYSIS} --dry-run",
    },
    "open": {
        "Open the page of a folder": f"sbg-bulk open {_BATCH}",
        "Print the URL of a run's destination": f"sbg-bulk open {_RUN} --print",
    },
    "projects list": {
        "List your projects": "sbg-bulk projects list",
        "Find a project by its name": "sbg-bulk projects list --name cohort",
    },
    "rate-limit": {"Show remaining requests": "sbg-bulk rate-limit"},
    "runs export": {
        "Save the result of each file": f"sbg-bulk runs export {_RUN} --output results.csv",
        "Only what failed": f"sbg-bulk runs export {_RUN} --outcome failed --output failed.csv",
    },
    "runs forget": {"Delete the journal of a finished run": f"sbg-bulk runs forget {_RUN}"},
    "runs list": {"List your runs": "sbg-bulk runs list"},
    "runs report": {
        "Report as text": f"sbg-bulk runs report {_RUN}",
        "Write an HTML report": f"sbg-bulk runs report {_RUN} --html report.html",
    },
    "runs resume": {
        "Resume the last unfinished run": "sbg-bulk runs resume",
        "Leave 500 requests for other programs": "sbg-bulk runs resume --reserve 500",
    },
    "runs retry": {"Retry only what failed": f"sbg-bulk runs retry {_RUN}"},
    "runs show": {
        "Show progress and failures": f"sbg-bulk runs show {_RUN}",
        "Follow a run in another terminal": f"sbg-bulk runs show {_RUN} --watch",
    },
    "runs verify": {"Check every destination": f"sbg-bulk runs verify {_RUN}"},
    "simulate": {
        "Practise with 2,500 files": "sbg-bulk simulate --port 8000",
        "See how a run behaves when requests are refused": (
            "sbg-bulk simulate --port 8000 --rate-limit 60/60 --fault 'kind=429 op=list_async_jobs times=2'"
        ),
        "For tests: start empty, run jobs 100 times faster": "sbg-bulk simulate --seed empty --speed 100 --json",
    },
    "sync": {
        "Copy what is missing": f"sbg-bulk sync {_BATCH} --to {_ANALYSIS}/batch-01 --parents",
        "Also delete what is not in the source: show it first": (
            f"sbg-bulk sync {_BATCH} --to {_ANALYSIS}/incoming --delete --dry-run"
        ),
    },
    "tag add": {"Tag the files of a folder": f"sbg-bulk tag add {_BATCH} -r --tag released"},
    "tag list": {"Save the tags of a folder's files as a table": f"sbg-bulk tag list {_BATCH} -r --csv > tags.csv"},
    "tag remove": {"Remove a tag": f"sbg-bulk tag remove {_BATCH} -r --tag draft"},
    "tag set": {
        "Replace all tags": f"sbg-bulk tag set {_BATCH} -r --tag released --tag 2026",
        "Give each file the tags in a table": "sbg-bulk tag set --manifest tags.csv",
    },
    "volumes check": {"Check that files can be exported to it": "sbg-bulk volumes check rfranklin/archive --writable"},
    "volumes list": {"List your volumes": "sbg-bulk volumes list"},
    "volumes ls": {
        "List the top of a volume": f"sbg-bulk volumes ls {_VOLUME}",
        "List what is in a folder": f"sbg-bulk volumes ls {_VOLUME}:delivered/run-000/S000000/",
        "Save a table of all objects below": (
            f"sbg-bulk volumes ls {_VOLUME}:delivered/run-000/S000000/ --recursive --csv > objects.csv"
        ),
    },
    "whoami": {"Check that the token works": "sbg-bulk whoami"},
}
"""By the words that call a command: what an example does, and the example."""
