"""The fixtures as a user has them."""

from sbg_bulk.testing.fixtures import sbg_settings as sbg_settings
from sbg_bulk.testing.fixtures import sbg_world as sbg_world
