"""Trials of the promises of waiting: whatever the list is like, each end is noticed once, in time, for few requests.

- `drawing`: how many jobs there are, how they go on, and what the list is like, drawn from a seed
- `service`: answers for all that was drawn, on a virtual clock
- `trial`: waits for the jobs, and compares what it was told with what happened
"""
