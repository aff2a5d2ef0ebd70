"""The metadata and tags of files on the engine: a hundred files for a request, each with its result at once."""
