"""VALR's protocol as a list of facts with ids, each tried on an address or on a sandbox of its own.

A case looks at bytes, not at our message types: a mistake of theirs would otherwise agree with itself.
"""
