"""VALR's language: signatures, endpoints, REST bodies, socket frames, error codes, checksums.

Room rule: no I/O, no clock, nothing of ours but the error tree; importing it loads only msgspec.
VALR's spellings end here and our names begin here. Every fact carries its confidence (see docs/architecture.md):
D documented by VALR, V verified by a published probe, C seen in clients, I inferred.
"""
