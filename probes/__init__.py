"""Drives the customer channels of a company: writes as a customer would, and brings home what comes back.

Knows neither Flask nor SQL nor the application; `CHANNELS` is the one table of what it can drive.
"""
