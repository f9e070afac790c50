"""Why it quotes, or why it does not: the way from this machine to an order on the exchange, one step at a time."""
