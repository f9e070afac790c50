"""Reads a Hummingbot `conf_pure_mm_*.yml` into the strategy's Settings, and says in one line what is wrong with it.

Room rule: reads the one file it is handed, writes nothing, knows no network; facts about the pair are handed in.
"""
