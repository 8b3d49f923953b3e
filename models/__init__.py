"""What the platform talks about and where it is kept: settings, errors, the workspace and the lake."""
