"""Pure market making as Hummingbot's `pure_market_making` does it: what should rest in the book, and why.

Room rule: no I/O, no asyncio, no clock (`now` comes in the view), no logging. State lives in `pipeline.Strategy`
and nowhere else; every stage is a plain function over values.
"""
