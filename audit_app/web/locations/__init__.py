"""Setting up the company, its regions and locations with their hours, and their touchpoints."""

from audit_app.web.locations import company, regions, setup, touchpoints

__all__ = ["company", "regions", "setup", "touchpoints"]
