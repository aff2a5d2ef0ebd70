"""Perform the steps of flows: one driver that blocks, one that awaits."""
