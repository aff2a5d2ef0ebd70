"""The coverage of the contract by the tests."""
