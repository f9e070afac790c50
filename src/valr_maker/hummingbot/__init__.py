"""A Hummingbot that somebody has: find it, make VALR visible to it, run it in a home of its own.

Room rule: Hummingbot is spoken to as a program, never imported. What lies in `inside` is run by its Python, not by ours.
"""
