"""Setting up our own mail accounts."""
