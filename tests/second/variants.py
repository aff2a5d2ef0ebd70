"""Variants of the server that tests go through."""

from __future__ import annotations

from typing import Final

from tests.second.server.variant import Variant

NEW_STATES: Final = ("QUEUED", "SUBMITTED", "VALIDATING", "RESOLVING", "RUNNING", "COMMITTING")

VARIANTS: Final = {
    "plain": Variant(),
    "oldest first": Variant(list_order="oldest"),
    "by id": Variant(list_order="by id", job_ids="random"),
    "shuffled": Variant(list_order="shuffled"),
    "17 digits": Variant(job_ids="counted"),
    "random digits": Variant(job_ids="random"),
    "letters": Variant(job_ids="letters"),
    "201": Variant(post_status=201),
    "202": Variant(post_status=202),
    "links empty": Variant(links="empty"),
    "links absent": Variant(links="absent"),
    "links null": Variant(links="null"),
    "no total": Variant(total_header=False),
    "links empty, no total": Variant(links="empty", total_header=False),
    "links absent, no total": Variant(links="absent", total_header=False),
    "short pages": Variant(page_max=50),
    "short pages, links empty": Variant(page_max=50, links="empty"),
    "short pages, links empty, no total": Variant(page_max=50, links="empty", total_header=False),
    "short pages, links absent, no total": Variant(page_max=50, links="absent", total_header=False),
    "least fields": Variant(file_lists="least"),
    "least fields whatever is asked for": Variant(file_lists="least", fields_parameter=False),
    "all fields": Variant(file_lists="all"),
    "name ignored": Variant(name_parameter=False),
    "no listed results": Variant(listed_results=False),
    "results reversed": Variant(result_order="reversed"),
    "results shuffled": Variant(result_order="shuffled"),
    "a result for each file": Variant(result_entries="files", counts_of="files"),
    "results of what was done": Variant(result_entries="done"),
    "results of what failed": Variant(result_entries="failed"),
    "counts as strings": Variant(counts_as="strings"),
    "dates with an offset": Variant(dates="offset"),
    "dates with a fraction": Variant(dates="fractional"),
    "dates without a zone": Variant(dates="naive"),
    "no dates": Variant(dates="absent"),
    "new states": Variant(states=NEW_STATES),
    "extra keys": Variant(extra_keys=True),
    "null": Variant(without_value="null"),
    "absent": Variant(without_value="absent"),
    "relative hrefs": Variant(hrefs="relative"),
    "public hrefs": Variant(hrefs="public"),
    "no hrefs": Variant(hrefs="absent", links="empty"),
    "milliseconds": Variant(rate_headers="milliseconds"),
    "no rate headers": Variant(rate_headers="absent"),
    "no Date": Variant(date_header=False),
    "listed late": Variant(listed_late=5.0),
    "oldest first, links empty, no total": Variant(list_order="oldest", links="empty", total_header=False),
    "oldest first, letters, no dates": Variant(list_order="oldest", job_ids="letters", dates="absent"),
    "maintenance": Variant(maintenance=(20.0, 4.0)),
    "another program": Variant(foreign_every=20, foreign_requests=3),
    "no error codes": Variant(error_codes=False),
    "another base path": Variant(base_path="/sb/api/v2"),
    "no slash redirects": Variant(slash_redirects=False),
    "clashing copies fail": Variant(copy_clash="fail"),
    "clashing copies stand beside": Variant(copy_clash="twin"),
    "connections closed": Variant(keep_alive=False),
    "bulk shuffled": Variant(bulk_order="shuffled"),
    "bulk without folders": Variant(bulk_folders=False),
    "bulk least fields": Variant(bulk_fields="least"),
    "bulk errors without status": Variant(bulk_error_status=False),
    "bulk 202": Variant(bulk_status=202),
    "bulk 404": Variant(bulk_refused=404),
    "bulk 405": Variant(bulk_refused=405),
    "bulk 501": Variant(bulk_refused=501),
    "bulk shuffled, without folders, errors without status": Variant(
        bulk_order="shuffled", bulk_folders=False, bulk_error_status=False, result_order="shuffled"
    ),
}
"""Variants by name: each switch alone, and some together."""
