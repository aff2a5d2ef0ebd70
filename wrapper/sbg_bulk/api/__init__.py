"""The thin wrapper over the generated client: one request with its retries, pages, pauses, pace."""
