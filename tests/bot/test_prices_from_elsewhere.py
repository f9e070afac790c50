"""Files whose price_source is not the market that is traded, on the simulated exchange and in virtual time."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from valr_maker import virtual
from valr_maker.config.load import Loaded, load
from valr_maker.domain import Side
from valr_maker.engine.engine import Pace
from valr_maker.gateway.sockets import HttpReply
from valr_maker.screens.words import state_words
from valr_maker.simulate import Scene

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
API = "https://prices.example/doge"


def file_of(tmp_path: Path, **keys: str) -> Loaded:
    """The example with these keys."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    written = [f"{name}: {keys[name]}" if (name := line.partition(":")[0]) in keys else line for line in lines]
    conf = tmp_path / "conf_pure_mm_9.yml"
    conf.write_text("\n".join(written) + "\n", encoding="utf-8")
    return load(conf)


def custom(tmp_path: Path, **keys: str) -> Loaded:
    """Quotes around what an address says."""
    return file_of(tmp_path, price_source="custom_api", price_source_custom_api=API, price_type="custom", **keys)


@dataclass
class Web:
    """Answers each address with the text it has at the time; None is a network that does not carry."""

    says: Any
    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> HttpReply:
        """As a web server would."""
        self.asked.append(url)
        if self.says is None:
            raise ConnectionError("no route to the host")
        text = self.says if isinstance(self.says, str) else json.dumps(self.says)
        return HttpReply(self.status, {}, text.encode())

    async def aclose(self) -> None:
        """Nothing to let go of."""


@dataclass
class Evening:
    """A bot that runs, and what can be seen of it now and then."""

    scene: Scene
    web: Web

    @property
    def prices(self) -> dict[str, Decimal]:
        """Its live orders, by side."""
        return {order.side.value: order.price for order in self.scene.bot.engine.account.orders.live()}

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self.scene.clock.sleep(seconds)


def live(loaded: Loaded, web: Web, story: Any, **more: Any) -> Any:
    """Run the bot beside a story; the bot is stopped at its end."""

    async def run() -> Any:
        import asyncio

        scene = Scene(loaded, seed=1, fetcher=web, **more)
        running = asyncio.create_task(scene.run())
        evening = Evening(scene, web)
        await evening.wait(5.0)
        await story(evening)
        scene.bot.stop("the story is over")
        return (await running).outcome

    return virtual.run(run())


def test_orders_stand_around_what_the_custom_api_says(tmp_path):
    async def story(evening: Evening) -> None:
        assert evening.prices == {"buy": Decimal("0.1485"), "sell": Decimal("0.17")}  # 1 % below, 13.3 % above
        assert set(evening.web.asked) == {API}

    loaded = custom(tmp_path, bid_spread="1.0", ask_spread="13.334")
    outcome = live(loaded, Web("0.15\n"), story)
    assert outcome.error is None
    assert outcome.open_orders == 0


def test_it_is_asked_as_often_as_the_file_says(tmp_path):
    async def story(evening: Evening) -> None:
        before = len(evening.web.asked)
        await evening.wait(20.0)
        assert len(evening.web.asked) - before == 10

    live(custom(tmp_path, custom_api_update_interval="2"), Web("0.16"), story)


@pytest.mark.parametrize(
    "nonsense", ["", "soon", "NaN", "Infinity", "0", "-0.16", "<html>", "1e999", "0.16 0.17", None]
)
def test_what_is_no_price_is_not_quoted_on_and_said(tmp_path, nonsense):
    async def story(evening: Evening) -> None:
        assert evening.prices == {}
        assert "no price from the custom API" in evening.scene.bot.engine.why
        evening.web.says = "0.15"
        await evening.wait(8.0)
        assert evening.prices["buy"] == Decimal("0.1485")

    live(custom(tmp_path), Web(nonsense), story)


def test_a_price_that_grows_old_ends_quoting_until_a_new_one_comes(tmp_path):
    async def story(evening: Evening) -> None:
        await evening.wait(1.0)
        assert evening.prices
        evening.web.says = None
        await evening.wait(12.0)
        assert evening.prices, "15 s old is still good"
        await evening.wait(10.0)
        assert evening.prices == {}
        why = evening.scene.bot.engine.why
        assert "s old, more than 15 s" in why
        assert "no route to the host" in why
        evening.web.says = "0.16"
        await evening.wait(10.0)
        assert evening.prices

    said: list[str] = []
    live(custom(tmp_path), Web("0.16"), story, watch=lambda note: said.append(note.text))
    failures = [text for text in said if "no route" in text]
    assert [text.partition(":")[0] for text in failures] == ["no price from the custom API", "price_source is blind"]
    assert any("gives prices again" in text for text in said)


def test_strict_parity_waits_for_the_first_price_only_as_hummingbot_does(tmp_path):
    async def story(evening: Evening) -> None:
        assert evening.prices == {}
        evening.web.says = "0.15"
        await evening.wait(10.0)
        assert evening.prices["buy"] == Decimal("0.1485")
        evening.web.says = None
        await evening.wait(60.0)
        assert evening.prices["buy"] == Decimal("0.1485")

    live(custom(tmp_path), Web(None), story, pace=Pace.CLOCK, strict_parity=True)


def test_an_error_page_is_no_price(tmp_path):
    async def story(evening: Evening) -> None:
        assert "HTTP status 503" in evening.scene.bot.engine.why

    live(custom(tmp_path), Web("0.16", status=503), story)


OTHER = {"price_source": "external_market", "price_source_exchange": "binance", "price_source_market": "DOGE-USDT"}


def test_orders_stand_around_the_other_markets_mid(tmp_path):
    async def story(evening: Evening) -> None:
        assert evening.web.asked[0] == "https://api.binance.com/api/v3/ticker/24hr?symbol=DOGEUSDT"
        assert evening.prices["buy"] == Decimal("0.1485")

    web = Web({"symbol": "DOGEUSDT", "bidPrice": "0.14900000", "askPrice": "0.15100000", "lastPrice": "0.14000000"})
    live(file_of(tmp_path, **OTHER), web, story)


def test_or_around_its_last_price(tmp_path):
    async def story(evening: Evening) -> None:
        assert evening.prices["buy"] == Decimal("0.1386")

    web = Web({"bidPrice": "0.149", "askPrice": "0.151", "lastPrice": "0.14"})
    live(file_of(tmp_path, **OTHER, price_type="last_price"), web, story)


AROUND_0_2 = "around the reference price 0.2 that was given: the market shows none"
PAIR = {"price_source": "external_market", "price_source_exchange": "valr_sandbox"}


def test_another_pair_of_this_exchange_gives_the_price_by_its_checked_book(tmp_path):
    """DOGE-USDC stands for DOGE-USDT: its frames come on the same stream, and nobody else is asked."""

    async def story(evening: Evening) -> None:
        engine, world = evening.scene.bot.engine, evening.scene.world
        bid, ask, _ = engine.elsewhere.quotes
        assert bid is not None
        assert ask is not None
        assert bid == world.exchange.books["DOGEUSDC"].half(Side.BUY).best
        assert ask == world.exchange.books["DOGEUSDC"].half(Side.SELL).best
        assert abs(evening.prices["buy"] / ((bid + ask) / 2) - Decimal("0.99")) < Decimal("0.005")
        assert evening.web.asked == []
        part = engine.readiness["price_source"]
        assert (part.standing, part.reason) == ("ready", "verified")

    loaded = file_of(tmp_path, **PAIR, price_source_market="DOGE-USDC")
    outcome = live(loaded, Web(None), story)
    assert outcome.error is None
    assert outcome.open_orders == 0


def test_a_pair_that_is_none_ends_the_run_before_it_quotes(tmp_path):
    loaded = file_of(tmp_path, **PAIR, price_source_market="DOGE-USTD")

    async def story(_evening: Evening) -> None:
        """Nothing happens."""

    outcome = live(loaded, Web(None), story)
    assert outcome.orders_placed == 0
    assert "price_source_market: DOGE-USTD is not a pair of the exchange" in str(outcome.error)


def test_a_reference_price_serves_while_the_book_is_empty(tmp_path):
    from valr_maker.sandbox.world import World

    async def story(evening: Evening) -> None:
        assert evening.prices == {"buy": Decimal("0.198"), "sell": Decimal("0.202")}
        assert state_words(evening.scene.bot.status()) == f"quoting {AROUND_0_2}"

    said: list[str] = []
    outcome = live(
        file_of(tmp_path), Web(None), story, world=World(1, crowd=False), seed_price=Decimal("0.2"),
        watch=lambda note: said.append(note.text),
    )  # fmt: skip
    assert outcome.open_orders == 0
    assert said.count(f"quoting {AROUND_0_2}") == 1


def test_it_does_not_count_while_the_market_shows_a_price(tmp_path):

    async def story(evening: Evening) -> None:
        assert evening.prices
        assert state_words(evening.scene.bot.status()) == "quoting"

    said: list[str] = []
    live(
        file_of(tmp_path), Web(None), story, seed_price=Decimal("0.2"), watch=lambda note: said.append(note.text)
    )  # fmt: skip
    assert not any("0.2" in text for text in said), "with a crowd the market shows a price from the start"


def test_without_one_an_empty_book_is_not_quoted_on(tmp_path):
    from valr_maker.sandbox.world import World

    async def story(evening: Evening) -> None:
        assert evening.prices == {}

    live(file_of(tmp_path), Web(None), story, world=World(1, crowd=False))


def test_the_last_trade_serves_while_the_book_is_empty_and_an_untraded_market_has_none(tmp_path):
    from valr_maker.domain import Side
    from valr_maker.sandbox.order import NewOrder
    from valr_maker.sandbox.world import World

    def traded(world: World, price: str) -> None:
        for trader, side in (("crowd-a", Side.SELL), ("crowd-b", Side.BUY)):
            new = world.exchange.check(trader, NewOrder("DOGEUSDT", side, Decimal(price), Decimal(10)))
            world.exchange.execute(world.exchange.accept(trader, new, 1.7e9).id, 1.7e9)

    async def quoted(evening: Evening) -> None:
        assert evening.prices == {"buy": Decimal("0.198"), "sell": Decimal("0.202")}
        assert "of the last trade" in evening.scene.bot.engine.why

    async def silent(evening: Evening) -> None:
        assert evening.prices == {}

    with_a_trade, without = World(1, crowd=False), World(1, crowd=False)
    traded(with_a_trade, "0.2")
    live(file_of(tmp_path), Web(None), quoted, world=with_a_trade, seed_last=True)
    live(file_of(tmp_path), Web(None), silent, world=without, seed_last=True)
