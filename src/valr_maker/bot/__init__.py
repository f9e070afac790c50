"""One running bot: start, pump, stop, nothing left resting. It decides nothing; the engine does."""
