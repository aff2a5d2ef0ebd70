"""Volumes, the buckets that are attached to the platform: places on them, what is there, comparisons."""
