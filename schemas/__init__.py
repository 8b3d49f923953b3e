"""What data must look like: event contracts (JSON Schema), Arrow schemas of the lake's tables."""
