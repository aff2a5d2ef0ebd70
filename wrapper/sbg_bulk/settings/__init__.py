"""Where to connect, and as whom."""
