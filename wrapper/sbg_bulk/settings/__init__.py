"""Settings: where to connect, and as whom."""
