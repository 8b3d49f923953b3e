"""Who is who: pure functions from source records and rules to people, with evidence for every edge."""
