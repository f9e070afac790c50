"""The way out: the `Transport` seam, its real version, and what keeps VALR's limits and connections.

Room rule: decides nothing about trading. Session and rate are plain classes over `now`; only pump, client and
order entry wait for anything, and only sockets.py touches the network.
"""
