"""What `run.evaluate` counts: alerts, outcomes, captures, baselines, causes, segments, load and targets."""
