"""What was done, by whom and why: events in a chain of hashes that shows every later change."""
