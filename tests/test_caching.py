"""The cache of a Redis that is not there: each process remembers alone."""

import pytest

from eventsync.caching import RedisOrOwnCache
from tests.ports import free_port


@pytest.fixture
def cache() -> RedisOrOwnCache:
    return RedisOrOwnCache(f"redis://127.0.0.1:{free_port()}/0", {"KEY_PREFIX": "test"})


def test_cache_without_redis_remembers(cache: RedisOrOwnCache) -> None:
    cache.set("snapshot", b"body", 60)
    assert cache.get("snapshot") == b"body"
    assert cache.touch("snapshot", 120)
    assert cache.delete("snapshot")
    assert cache.get("snapshot", "nothing") == "nothing"


def test_cache_without_redis_counts(cache: RedisOrOwnCache) -> None:
    assert cache.add("guesses", 0, 60)
    assert not cache.add("guesses", 0, 60)
    assert cache.incr("guesses") == 1
    assert cache.get_many(["guesses", "others"]) == {"guesses": 1}


def test_cache_forgets_a_counter_that_was_begun_elsewhere(cache: RedisOrOwnCache) -> None:
    with pytest.raises(ValueError, match="not found"):
        cache.incr("never")
