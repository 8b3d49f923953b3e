"""SQL that is written for whole tables, as Python for one row: compiled once, it answers in microseconds."""

from identity.compiled_sql.selects import Lookup, OneRow, compile_select
from identity.compiled_sql.sources import SourceWriter, repeated_calls

__all__ = ["Lookup", "OneRow", "SourceWriter", "compile_select", "repeated_calls"]
