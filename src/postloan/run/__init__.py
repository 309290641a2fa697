"""The daily run: stages in order, a ledger of runs, resume after a kill; writes Parquet and nothing else."""
