"""Asking an address on this machine that is no VALR: a custom price API."""

import asyncio

import pytest
from aiohttp import web

from valr_maker.gateway.sockets import FETCHED_MAX_BYTES, AiohttpFetcher


async def _answer(request: web.BaseRequest) -> web.StreamResponse:
    if request.path == "/moved":
        raise web.HTTPFound("/price")
    return web.Response(text="9" * 200_000 if request.path == "/long" else "0.1612\n")


def asked(path: str) -> tuple[int, bytes]:
    """What the fetcher brings from a server of this machine."""

    async def ask() -> tuple[int, bytes]:
        runner = web.ServerRunner(web.Server(_answer))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        fetcher = AiohttpFetcher()
        try:
            reply = await fetcher.fetch(f"http://127.0.0.1:{runner.addresses[0][1]}{path}")
            return reply.status, reply.body
        finally:
            await fetcher.aclose()
            await runner.cleanup()

    return asyncio.run(ask())


def test_it_brings_what_is_there_also_when_it_has_moved():
    assert asked("/price") == (200, b"0.1612\n")
    assert asked("/moved") == (200, b"0.1612\n")


def test_an_absurdly_long_answer_is_cut():
    status, body = asked("/long")
    assert status == 200
    assert len(body) == FETCHED_MAX_BYTES


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1", "http://name.invalid./"])
def test_an_address_that_does_not_answer_is_a_connection_error(url):
    async def ask() -> None:
        fetcher = AiohttpFetcher()
        try:
            with pytest.raises(ConnectionError):
                await fetcher.fetch(url)
        finally:
            await fetcher.aclose()

    asyncio.run(ask())
