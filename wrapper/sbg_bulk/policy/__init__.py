"""Decisions without I/O: what is tried again, and when; how long to wait between two looks."""
