"""All of VALR's REST interface: the rooms whose functions answer it. Importing them fills the table."""

from valr_maker.sandbox import (
    account_routes,
    family_routes,
    history_routes,
    order_routes,
    public_routes,
    simple_routes,
    table,
)

ROOMS = (public_routes, account_routes, family_routes, order_routes, history_routes, simple_routes)


def router() -> table.Router:
    """Finds the function for a verb and a path."""
    return table.Router()
