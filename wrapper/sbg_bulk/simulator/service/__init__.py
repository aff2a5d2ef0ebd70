"""What the service answers: the contract, its operations, its documents."""
