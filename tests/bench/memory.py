"""What one pull of a large snapshot adds to the memory of a real daphne, and what many at once add."""

import asyncio

import aiohttp
from django.db import connection

from tests.bench.devices import enrolled
from tests.bench.server import with_people
from tests.bench.web import Web, bench_database, load

PEOPLE = 50_000
AT_ONCE = 50


def run() -> None:
    with bench_database() as database:
        games = with_people("memory", PEOPLE)
        tokens = [token for _, token in enrolled(games, AT_ONCE)]
        url = f"/api/v1/streams/roster:{games.event.id}/changes?limit=50000"
        print(f"\nSnapshot of {PEOPLE:,} people from a real daphne on {connection.vendor}, load {load()}")
        print(f"{'':>30} {'CPU, ms':>8} {'peak, MB':>9}   target: +17 MB")
        for encoding in ("zstd", "br", "gzip", "identity"):
            with Web(database) as web:
                asyncio.run(pulled(web, url, tokens[:1], "identity", head_only=True))  # everything is imported
                figures(web, f"first, {encoding}", url, tokens[:1], encoding)
                figures(web, f"stored, {encoding}", url, tokens[:1], encoding)
                if encoding == "zstd":
                    figures(web, f"stored, {AT_ONCE} at once", url, tokens, encoding)


def figures(web: Web, what: str, url: str, tokens: list[str], encoding: str) -> None:
    web.forget_peak()
    (before, _), cpu = web.memory(), web.cpu()
    asyncio.run(pulled(web, url, tokens, encoding))
    print(f"{what:>30} {(web.cpu() - cpu) * 1e3:>8.0f} {web.memory()[1] - before:>+9.0f}")


async def pulled(web: Web, url: str, tokens: list[str], encoding: str, *, head_only: bool = False) -> None:
    """All at once; `head_only` asks for what has not changed since the head, which is next to nothing."""
    async with aiohttp.ClientSession(auto_decompress=False, connector=aiohttp.TCPConnector(limit=0)) as session:

        async def pull(token: str) -> None:
            headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": encoding}
            address = f"{web.url}/api/v1/streams" if head_only else web.url + url
            async with session.get(address, headers=headers) as answer:
                assert answer.status == 200, await answer.read()
                async for _ in answer.content.iter_chunked(1 << 16):
                    pass

        await asyncio.gather(*map(pull, tokens))
