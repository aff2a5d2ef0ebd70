"""What several commands do: choose, run, wait, verify."""
