"""The file loader: CSV, JSON lines and Parquet become event envelopes in the event log."""

from connectors.sources.files.loads import LoadReport, load_file

__all__ = ["LoadReport", "load_file"]
