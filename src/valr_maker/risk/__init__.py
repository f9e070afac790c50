"""Limits on what may be sent: each check approves with None or refuses with a Reason.

Room rule: no I/O, no clock, no logging.
"""
