"""What guards the contract: its changes since the last release, and how much of it the tests exercise."""
