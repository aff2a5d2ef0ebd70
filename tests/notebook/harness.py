"""What the tests have a kernel run."""

ROWS = 12

BEGIN = """
from pathlib import Path
from sbg_bulk import *
quick = dict(polling=Polling(first=0.02, longest=0.05))
client = Client(**quick)
"""

RUN = "client.run('copy', Path('files.csv'), items_per_job=5, options=RunOptions(jobs_in_flight=1))"
