"""Cases and tasks from the warning to the effect check; the watch list."""
