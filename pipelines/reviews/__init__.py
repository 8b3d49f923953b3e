"""Review: what people should decide, most worthwhile first, and what their answers say about the link threshold."""
