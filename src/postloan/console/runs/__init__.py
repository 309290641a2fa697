"""The ledger of runs, coverage, quarantine; starts a run."""
