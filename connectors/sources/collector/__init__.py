"""The HTTP collector: takes events over Segment's HTTP tracking API and answers 200 once the event log holds them."""
