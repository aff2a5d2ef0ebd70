"""The changes of the contract since its last release, and whether it may go out with them."""
