"""What several files of this folder need."""

from tests.support.both import call as call
from tests.support.both import own_runs as own_runs
from tests.support.both import simulator as simulator
from tests.support.both import world as world
