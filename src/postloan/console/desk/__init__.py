"""The classification desk: proposal, determination and approval by different people."""
