"""Changes of who is who: the ledger as a feed, as a topic of the log, and as the history of one person or record."""
