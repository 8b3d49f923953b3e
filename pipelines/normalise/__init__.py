"""Same meaning, same bytes: normalisers of Arrow columns, and the function that turns log records into tables.

A normaliser gives an array as long as its input, null where a value cannot be used; applied to its own result it
changes nothing.
"""
