"""The edges: the event log, sources that fill it, destinations that receive audiences."""
