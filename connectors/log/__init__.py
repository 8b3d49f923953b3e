"""The event log: one interface, two implementations (embedded on SQLite, Kafka)."""
