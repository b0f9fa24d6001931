"""The service: `python3 -m service` runs it."""
