"""Checks that a platform keeps the contract, on the simulator in a test and on a live service alike."""
