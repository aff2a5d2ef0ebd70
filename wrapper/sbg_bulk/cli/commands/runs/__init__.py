"""`sbg-bulk runs`."""
