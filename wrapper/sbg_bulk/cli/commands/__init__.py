"""The commands, in folders as on the command line."""
