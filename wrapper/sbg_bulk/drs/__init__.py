"""The imports by DRS on the engine: one job for up to a hundred objects of repositories."""
