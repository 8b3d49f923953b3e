"""Quality gates: what was ingested, what was resolved, what will be exported. A failed gate publishes nothing."""
