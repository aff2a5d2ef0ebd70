"""The bulk engine: from a manifest or a choice of files through a journal to a result."""
