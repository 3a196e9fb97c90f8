"""Teaching the probes a chat."""
