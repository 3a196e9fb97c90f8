"""The list of probes, and one probe."""
