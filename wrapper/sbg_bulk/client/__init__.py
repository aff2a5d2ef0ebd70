"""The clients: what a user of the library calls."""
