"""The wiring: ingest, resolve, build, check, sync, and the command line."""
