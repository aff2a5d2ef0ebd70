"""The service without HTTP: requests checked against the contract, operations on the world, answers as JSON."""
