"""`sbg-bulk files`."""
