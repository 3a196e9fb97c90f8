"""Drives the customer channels of a company: writes as a customer would, and brings home what comes back.

Knows neither Flask nor SQL nor the application; `channels.table` says what it can drive.
"""
