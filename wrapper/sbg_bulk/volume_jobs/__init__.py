"""The work with volumes on the engine: export files to a bucket, each with a job of its own."""
