"""How much of the contract the tests exercise."""
