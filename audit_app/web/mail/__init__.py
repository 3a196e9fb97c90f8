"""Mail that matched no probe."""
