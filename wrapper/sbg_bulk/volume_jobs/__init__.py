"""The work with volumes on the engine: import from a bucket and export to it, with a job for each row."""
