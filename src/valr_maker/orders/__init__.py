"""Our own orders: the life of one as a table, ids that survive a wiped disk, what the exchange says against ours.

Room rule: no I/O, no clock, no logging. An unknown outcome is a state, never a guess.
"""
