"""The work on files that are on the platform: copy, move and delete them, or sync folders, on the engine."""
