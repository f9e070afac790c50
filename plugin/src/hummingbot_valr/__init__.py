"""The exchange VALR for an unmodified Hummingbot: the hook that makes it visible, and the connector itself.

The connector's modules run under Hummingbot's own names (`hummingbot.connector.exchange.valr...`), because Hummingbot
looks for them there; nothing here imports Hummingbot when Python starts.
"""

__version__ = "0.1.0"
