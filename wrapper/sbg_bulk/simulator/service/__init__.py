"""The service without HTTP: requests read by the contract, operations on the world, answers written by `documents`."""
