"""The bot's mind: `Engine.handle(event, now_s)` returns commands. Readiness and status live here too.

Room rule: no I/O, no asyncio, no clock, no logging. Replay, simulation and the live bot all feed this one function.
"""
