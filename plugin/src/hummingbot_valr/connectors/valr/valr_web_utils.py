"""Addresses and the exchange's clock, for Hummingbot's own machinery."""

from hummingbot.core.api_throttler.async_throttler import AsyncThrottler
from hummingbot.core.web_assistant.web_assistants_factory import WebAssistantsFactory

from valr_maker.wire import endpoints
from valr_maker.wire.text import seconds_of

from . import valr_constants as constants


def public_rest_url(path_url: str, domain: str = constants.VALR) -> str:
    """The whole address of a path; public and private ones have the same base."""
    return constants.addresses(domain)[0] + path_url


private_rest_url = public_rest_url


async def get_current_server_time(throttler: AsyncThrottler | None = None, domain: str = constants.VALR) -> float:
    """The exchange's clock, in milliseconds since 1970. Raises IOError when it does not tell."""
    factory = WebAssistantsFactory(throttler=throttler or AsyncThrottler(constants.rate_limits()))
    path = endpoints.SERVER_TIME.path
    asking = await factory.get_rest_assistant()
    answer = await asking.execute_request(url=public_rest_url(path, domain), throttler_limit_id=path)
    try:
        return seconds_of(answer["time"]) * 1000
    except (KeyError, TypeError, ValueError) as problem:
        raise OSError(f"the exchange's answer tells no time: {answer!r}") from problem
