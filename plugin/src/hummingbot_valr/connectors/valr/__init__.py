"""VALR as Hummingbot's connectors are: what talks to Hummingbot. What talks to VALR is valr_maker's.

The names of the modules `valr_utils` and `valr_exchange`, and of the class `ValrExchange`, are Hummingbot's choice.
"""
