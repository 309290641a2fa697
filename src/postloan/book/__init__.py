"""What the bank knows: table schemas, readers of sources, the quality gate, versions as of a date."""
