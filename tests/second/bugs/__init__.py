"""Bugs for the second server, by family: each of them is one that a real service might have."""

from tests.second.bugs import bulk, crowds, further, jobs, lists, reading, storage, trees
from tests.second.bugs.planting import BUGS, Bug

__all__ = ["BUGS", "Bug", "bulk", "crowds", "further", "jobs", "lists", "reading", "storage", "trees"]
