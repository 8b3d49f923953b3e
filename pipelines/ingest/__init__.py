"""From the event log into the lake: a bounded Beam job over offset ranges, committed together with its offsets."""
