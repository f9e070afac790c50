"""A local VALR: an exchange as a pure state machine, a desk that answers as VALR does, and two doors to it.

Room rule: imports `wire` and never `market`, or our mistakes would cancel out. No I/O and no clock but in the edges:
driver, server, inprocess, faults.
"""
