"""Hummingbot's own engine in a home of its own. Run by the Python that runs Hummingbot; nothing of it is changed.

Standard input brings one line of JSON: where the home is, which connector, its keys, the password. When it ends, whoever
started this is gone, and the engine is told to stop, as `hbot stop` does. To the file descriptor `window` goes a line of
JSON for each event of the connector's and whenever what can be seen of it changes: Hummingbot shows neither to anybody
while a strategy runs headless.
"""

import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any

LOOK_EVERY_S = 0.25
KEPT_MAX = 10_000
PASSWORD_WRONG = 4


def main() -> None:
    """Everything that Hummingbot keeps lies in the home; then its engine, until it is told to stop."""
    told = json.loads(first_line())
    sys.path[:1] = told["path"]
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    import hummingbot

    home = Path(told["home"])
    hummingbot.root_path = lambda: home
    hummingbot.set_prefix_path(str(home))
    hummingbot.set_data_path(str(home / "data"))
    if not keep_keys(told["connector"], told["keys"], told["password"]):
        sys.exit(PASSWORD_WRONG)
    os.environ["HBOT_PASSWORD"] = told["password"]  # the engine takes it from there and removes it
    threading.Thread(target=end_with_starter, daemon=True).start()
    window = Window(told["connector"])
    threading.Thread(target=window.write_on, args=(told["window"],), daemon=True).start()
    sys.argv = ["engine", "--name", told["name"], "--config", f"{told['name']}.yml"]
    from hummingbot.cli import engine

    engine.main()


def first_line() -> bytes:
    """Read so far and no further: the rest is waited for by a thread, which must hold no lock when Python ends."""
    line = b""
    while not line.endswith(b"\n") and (one := os.read(0, 4096)):
        line += one
    return line


def end_with_starter() -> None:
    """Wait for the end of standard input, then stop as if asked to."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def keep_keys(connector: str, keys: "dict[str, str]", password: str) -> bool:
    """Encrypt the keys into the home, as `hbot connect` does. Whether the password fits what is there."""
    from hummingbot.client.config.config_crypt import ETHKeyFileSecretManger, store_password_verification
    from hummingbot.client.config.config_helpers import ClientConfigAdapter
    from hummingbot.client.config.security import Security
    from hummingbot.client.settings import AllConnectorSettings

    manager = ETHKeyFileSecretManger(password)
    if Security.new_password_required():
        store_password_verification(manager)
    if not Security.login(manager):
        sys.stderr.write("the password is not the one of this home\n")
        return False
    settings = ClientConfigAdapter(AllConnectorSettings.get_connector_config_keys(connector))
    for name, value in keys.items():
        setattr(settings, name, value)
    Security.update_secure_config(settings)
    return True


class Window:
    """What can be seen of one connector. Looked at in Hummingbot's own loop, written by a thread of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._listeners: list[Any] = []  # Hummingbot keeps them weakly
        self._seen: dict[str, Any] = {}
        self._sides: dict[str, str] = {}

    def write_on(self, number: int) -> None:
        """Until nobody reads any more."""
        pause = threading.Event()
        with os.fdopen(number, "w", buffering=1, encoding="utf-8") as window:
            while not pause.wait(LOOK_EVERY_S):
                if (application := self._application()) is not None:
                    application.ev_loop.call_soon_threadsafe(self._look, application)
                try:
                    while not self._lines.empty():
                        window.write(json.dumps(self._lines.get()) + "\n")
                except OSError:  # standard input has ended as well, and that stops the engine
                    return

    @staticmethod
    def _application() -> Any:
        module = sys.modules.get("hummingbot.client.hummingbot_application")
        return getattr(getattr(module, "HummingbotApplication", None), "_main_app", None)

    def _look(self, application: Any) -> None:
        try:
            seen = self._picture(application)
        except Exception as problem:  # house-ok: whoever looks must never disturb what he looks at
            seen = {**self._seen, "problem": repr(problem)}
        if seen != self._seen:
            self._seen = seen
            self._lines.put({"seen": seen})

    def _picture(self, application: Any) -> "dict[str, Any]":
        core = application.trading_core
        running = core.get_status()["strategy_running"]
        seen: dict[str, Any] = {"running": running, "strategy": core.strategy is not None}
        connector = core.connector_manager.connectors.get(self._name)
        if connector is None:
            return seen
        if not self._listeners:
            self._listen(connector)
        why = connector.not_ready_because()
        seen |= {
            "prefix": connector.client_order_id_prefix,
            "started": connector.network_started,
            "status": connector.status_dict,
            "why": why,
            "orders": [
                {
                    "side": order.trade_type.name.lower(),
                    "left": plain(order.amount - order.executed_amount_base),
                    "price": plain(order.price),
                    "state": order.current_state.name.lower(),
                }
                for order in connector.in_flight_orders.values()
            ],
        }
        for pair in connector.trading_pairs:
            seen["pair"] = pair
            book = connector.order_books.get(pair)
            if book is not None and connector.status_dict["order_books_initialized"]:
                rows = [next(iter(side), None) for side in (book.bid_entries(), book.ask_entries())]
                seen["bid"], seen["ask"] = (None if row is None else plain(row.price) for row in rows)
        return seen

    def _listen(self, connector: Any) -> None:
        from hummingbot.core.event.event_forwarder import EventForwarder
        from hummingbot.core.event.events import MarketEvent

        def on(kind: Any, word: str, tell: Any) -> None:
            listener = EventForwarder(lambda event: self._lines.put({"event": word, **tell(event)}))
            self._listeners.append(listener)
            connector.add_listener(kind, listener)

        def placed(side: str) -> Any:
            def tell(event: Any) -> "dict[str, str]":
                self._sides[event.order_id] = f"{side} {plain(event.amount)} @ {plain(event.price)}"
                if len(self._sides) > KEPT_MAX:
                    del self._sides[next(iter(self._sides))]
                return {"what": self._sides[event.order_id]}

            return tell

        def known(event: Any) -> "dict[str, str]":
            return {"what": self._sides.get(event.order_id, event.order_id)}

        def filled(event: Any) -> "dict[str, str]":
            return {"what": f"{event.trade_type.name.lower()} {plain(event.amount)} @ {plain(event.price)}"}

        on(MarketEvent.BuyOrderCreated, "placed", placed("buy"))
        on(MarketEvent.SellOrderCreated, "placed", placed("sell"))
        on(MarketEvent.OrderCancelled, "cancelled", known)
        on(MarketEvent.OrderFailure, "failed", known)
        on(MarketEvent.OrderFilled, "filled", filled)


def plain(number: Any) -> str:
    """Digits without an exponent or trailing zeros."""
    text = format(number, "f") if not isinstance(number, float) else format(number, ".10f")
    return text.rstrip("0").rstrip(".") if "." in text else text


if __name__ == "__main__":
    main()
