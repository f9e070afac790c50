"""How a socket ends, for every door alike."""


class SocketClosed(Exception):  # it is how every connection ends, not always an error
    """The connection is gone. 1006 means without a close frame (reference 5.1)."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"closed with {code}" + (f" ({reason})" if reason else ""))
        self.code, self.reason = code, reason
