"""What several files of this folder need."""

from tests.support.both import own_runs as own_runs
