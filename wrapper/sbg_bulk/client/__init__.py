"""The clients, which a user of the library calls."""
