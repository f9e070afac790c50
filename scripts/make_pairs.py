"""Makes the sandbox's universe: `python scripts/make_pairs.py SNAPSHOT.json src/valr_maker/sandbox/data/pairs.json`.

The snapshot is a JSON object whose `spot` rows have symbol, base, quote, tickSize, minTradeSize and status, as VALR
published them in March 2026. 346 pairs come out, of which 172 are active; everything the snapshot lacks is chosen:
* prices: by hand for well-known coins, else from the minimum, which VALR tunes to about 0.6 USD;
* a tick of more than 0.5 % of the price (pairs that VALR sells by quote only) gives way to a finer one;
* maxima, quote minimum and decimals: as published where known, else by rule.
"""

import json
import sys
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

ACTIVE, ALL = 172, 346
SOURCE = (
    "Symbols, status, ticks and base minimums: VALR's public list of spot pairs of March 2026. Ticks above 0.5 % of "
    "the price were made finer. Limits of some twenty pairs as VALR published them; all other limits, decimals and "
    "all prices are plausible choices, not quotations. Made by scripts/make_pairs.py."
)
PRICES = """
USDT=1 USDC=1.0002 USDT0=1 USDPC=1 PYUSD=0.9998 RLUSD=1.0001 FDUSD=0.999 DAI=1 TUSD=0.999 PAX=1 EURC=1.163
BTC=86400 ETH=2930 XRP=2.05 SOL=135 BNB=865 SHIB=0.0000086 AVAX=13.4 XAUT=4330 DOGE=0.161 TRX=0.279 LTC=82
LINK=13.2 XLM=0.238 WIF=0.38 JUP=0.21 BOME=0.00063 PYTH=0.066 W=0.038 MEME=0.00105 ORDER=0.108 ZRO=1.38
POPCAT=0.098 PNUT=0.078 NEIRO=0.000126 PENGU=0.0101 SWEAT=0.0016 TRUMP=5.2 S=0.079 TSLAX=475 CRCLX=84
HOODX=121 COINX=250 NVDAX=182 PUMP=0.0019 MSTRX=165 WLFI=0.135 SPYX=680 HYPE=25.4 ZEC=410 TAO=280 BCH=545
QNT=77 YFI=3500 AAVE=178 ADA=0.39 DOT=2.05 UNI=5.4 SUI=1.48 ETC=12.4 DASH=38 XMR=405 BSV=19 MATIC=0.12
POL=0.12 ATOM=2.15 ICP=3.2 FIL=1.38 APT=1.75 ARB=0.2 OP=0.31 HBAR=0.115 ALGO=0.118 XTZ=0.46 COMP=29 TON=1.6
BONK=0.0000083 PEPE=0.0000041 FLOKI=0.000042 MKR=1650 1MPEPE=4.1 1MSHIB=8.6 1MBONK=8.3 1000PEPE=0.0041
EOS=0.18 VET=0.011 CRO=0.1 ETHW=0.42 SNX=0.45 LDO=0.62 STX=0.27 API3=0.41
"""
USD = {name: Decimal(price) for name, price in (item.split("=") for item in PRICES.split())}
ZAR_PER_USD = Decimal("17.3")
USD |= {"ZAR": 1 / ZAR_PER_USD, "ZARSC": 1 / ZAR_PER_USD, "ZMW": 1 / Decimal("23.1"), "INR": 1 / Decimal("89.9")}
LONG_NAMES = {
    "ZAR": "Rand", "ZMW": "Zambian Kwacha", "INR": "Indian Rupee", "BTC": "Bitcoin", "ETH": "Ethereum",
    "USDT": "Tether USD", "USDC": "USD Coin", "DOGE": "Dogecoin", "XRP": "XRP", "SOL": "Solana", "BNB": "BNB",
    "SHIB": "Shiba Inu", "AVAX": "Avalanche", "XAUT": "Tether Gold", "TRX": "TRON", "LTC": "Litecoin",
    "LINK": "Chainlink", "XLM": "Stellar Lumens", "ADA": "Cardano", "BCH": "Bitcoin Cash", "DOT": "Polkadot",
}  # fmt: skip
FIAT = {"ZAR", "ZMW", "INR"}
COIN_DECIMALS = {"ETH": 18, "USDC": 6}
#             smallest, largest order in the quote currency
QUOTE_LIMITS = {
    "ZAR": ("10", "5000000"), "BTC": ("0.00001", "5"), "ETH": ("0.0003", "150"), "ZMW": ("15", "1000000"),
    "INR": ("50", "4500000"),
}  # fmt: skip
DOLLAR_LIMITS = ("0.5", "50000")
PUBLISHED: dict[str, dict[str, str | int | bool]] = {
    "DOGEUSDT": {"max_base": "680000", "min_quote": "0.5", "max_quote": "54000", "base_decimals": 1},
    "BTCZAR": {"max_base": "3.89", "min_quote": "10", "max_quote": "5000000"},
    "BTCUSDT": {"max_base": "5", "min_quote": "1", "max_quote": "500000"},
    "BTCUSDC": {"max_base": "5", "min_quote": "1", "max_quote": "500000"},
    "ETHZAR": {"max_base": "69.21", "min_quote": "10", "max_quote": "5000000"},
    "BNBUSDC": {"max_base": "80", "min_quote": "0.52", "max_quote": "52000", "base_decimals": 4},
    "SHIBUSDC": {"max_base": "2750000000", "min_quote": "0.59", "max_quote": "50000", "base_decimals": 0},
    "LINKZAR": {"min_quote": "10", "base_decimals": 8},
}
BASE_DECIMALS = {"BTC": 8, "ETH": 8, "USDT": 4, "USDC": 4}
LARGEST_TICK_FRACTION = Decimal("0.005")
NOTIONAL_USD, NOTIONAL_ZAR = Decimal("0.6"), Decimal(11)

Row = dict[str, str]


def chosen(rows: list[Row]) -> list[tuple[Row, bool]]:
    """Every inactive row, 172 active ones and six that count as inactive; the last USDC rows are left out."""
    other_active = sum(row["status"] == "ACTIVE" and row["quote"] != "USDC" for row in rows)
    active_usdc, retired_usdc = ACTIVE - other_active, ALL - ACTIVE - sum(row["status"] != "ACTIVE" for row in rows)
    out, seen_usdc = [], 0
    for row in rows:
        active = row["status"] == "ACTIVE"
        if active and row["quote"] == "USDC":
            seen_usdc += 1
            if seen_usdc > active_usdc + retired_usdc:
                continue
            active = seen_usdc <= active_usdc
        out.append((row, active))
    return out


def learn_prices(rows: list[Row]) -> None:
    """Guess a coin's dollar price from the minimum of its first row, those quoted in money first."""
    for row in sorted(rows, key=lambda row: row["quote"] in ("BTC", "ETH")):
        smallest = Decimal(row["minTradeSize"])
        guess = NOTIONAL_ZAR / smallest * USD["ZAR"] if row["quote"] == "ZAR" else NOTIONAL_USD / smallest
        USD.setdefault(row["base"], guess)


def spec(row: Row, *, active: bool) -> dict[str, str | int | bool]:
    """One pair, with the field names of PairSpec."""
    base, quote, smallest = row["base"], row["quote"], Decimal(row["minTradeSize"])
    price, tick = USD[base] / USD[quote], Decimal(row["tickSize"])
    if active and tick > price * LARGEST_TICK_FRACTION:
        tick = max(Decimal("1E-8"), Decimal(1).scaleb(price.adjusted() - 3))
    decimals = max(
        -int(smallest.normalize().as_tuple().exponent),
        BASE_DECIMALS.get(base, min(8, (USD[base] * 10).adjusted() + 1)),
        0,
    )
    min_quote, max_quote = QUOTE_LIMITS.get(quote, DOLLAR_LIMITS)
    max_base = 2 * Decimal(max_quote) / price
    max_base = max_base.quantize(Decimal(1).scaleb(max(max_base.adjusted() - 1, -decimals)))
    made: dict[str, str | int | bool] = {
        "symbol": row["symbol"],
        "base": base,
        "quote": quote,
        "active": active,
        "min_base": plain(smallest),
        "max_base": plain(max_base),
        "min_quote": min_quote,
        "max_quote": max_quote,
        "tick": plain(tick),
        "base_decimals": decimals,
        "reference_price": plain(max(tick, (price / tick).quantize(Decimal(1), ROUND_HALF_EVEN) * tick)),
    }
    return made | PUBLISHED.get(row["symbol"], {})


def currency(name: str) -> dict[str, str | int]:
    """One currency, with the field names of CurrencySpec. VALR's own symbol of the rand is R."""
    decimals = 2 if name in FIAT else COIN_DECIMALS.get(name, 8)
    symbol = "R" if name == "ZAR" else name
    return {"symbol": symbol, "short_name": name, "long_name": LONG_NAMES.get(name, name), "decimals": decimals}


def plain(value: Decimal) -> str:
    """Digits without exponent or trailing zeros."""
    return format(value.normalize(), "f")


def main(source: Path, target: Path) -> None:
    """Read the snapshot, write the universe: one row a line, so that a change can be read."""
    rows: list[Row] = json.loads(source.read_text())["spot"]
    learn_prices(rows)
    pairs = [spec(row, active=active) for row, active in chosen(rows)]
    names = dict.fromkeys(str(pair[side]) for side in ("quote", "base") for pair in pairs)
    lines = [
        f'{{"source": {json.dumps(SOURCE)},',
        '"currencies": [',
        ",\n".join(json.dumps(currency(name)) for name in names),
        '],\n"pairs": [',
        ",\n".join(json.dumps(pair) for pair in pairs),
        "]}",
    ]
    target.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
