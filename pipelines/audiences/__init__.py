"""Audiences: who is in, who came and who left and why, and the files for the channel."""
