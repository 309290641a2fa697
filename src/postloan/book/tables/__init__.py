"""The tables of the contract, by family."""
