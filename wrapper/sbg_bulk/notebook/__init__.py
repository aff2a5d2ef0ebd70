"""In a notebook: things show themselves as tables, and what takes time shows a bar.

Jobs, pages, files, projects, users, the rate limit and the reports of runs do so by themselves when they are the last
thing in a cell. `table` does it for lists, and for what the clients produce one by one:

    from sbg_bulk.notebook import table

    table(client.jobs(limit=200))

`client.wait`, `client.run`, `client.resume` and `client.retry` draw a bar, and keep it up to date in its place, if they
are given no callback of their own. Outside a notebook nothing is drawn, and IPython is not needed.
"""

from sbg_bulk.notebook.tables import Table, table

__all__ = ["Table", "table"]
