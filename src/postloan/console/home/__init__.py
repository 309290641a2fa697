"""The first page: what is to be done today, what slipped, what is new."""
