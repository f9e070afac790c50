"""Prices on the command line."""

from decimal import Decimal, InvalidOperation

from valr_maker.errors import UsageProblem


def price_of(option: str, text: str | None) -> Decimal | None:
    """The option's price; None when it was left out. Raises UsageProblem for what is no price."""
    if text is None:
        return None
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or price <= 0:
        raise UsageProblem(
            f"{option} {text} is not a price above zero", remedy="Give it in quote per base, such as 0.1612"
        )
    return price
