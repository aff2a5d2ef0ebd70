"""A second server of the API, written from the contract alone, with a switch for what the contract leaves open.

It shares no code with the package's own simulator, so that a client that works with both does not work by a mistake
that it has in common with one of them.
"""
