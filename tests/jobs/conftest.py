"""What several files of this folder need."""

from tests.support.connect import connect as connect
