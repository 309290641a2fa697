"""Staff, institutions, roles and leave; who may see and do what."""
