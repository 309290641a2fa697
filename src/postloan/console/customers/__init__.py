"""A customer in one place: exposures, classes, timeline, security, guarantors, clocks."""
