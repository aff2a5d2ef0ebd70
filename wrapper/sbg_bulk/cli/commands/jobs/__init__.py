"""`sbg-bulk jobs`."""
