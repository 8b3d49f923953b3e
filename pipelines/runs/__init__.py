"""Runs: which stages there are, what each was last fed, and the record of every execution."""
