"""What the exchange's messages say about a pair: its rules, its book, our balances.

Room rule: no I/O, no clock (`now_s` is an argument), no logging.
"""
