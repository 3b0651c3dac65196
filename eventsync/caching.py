"""The cache when Redis is used: shared by all processes, and each one's own while Redis is away."""

import logging
from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

_PATIENCE = 1  # seconds; a Redis that hangs must not hold a phone's request for long


class RedisOrOwnCache(BaseCache):
    """Counts guesses and keeps snapshots: both may begin anew, and neither is worth failing a request for."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        timeouts = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE}
        self._redis = RedisCache(server, {"OPTIONS": timeouts})
        self._own = LocMemCache("while-redis-is-away", {})

    def _do(self, method: str, *arguments: Any) -> Any:
        try:
            return getattr(self._redis, method)(*arguments)
        except RedisError as error:
            log.warning("Redis does not answer, so this process remembers alone: %s", error)
            return getattr(self._own, method)(*arguments)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._do("add", self.make_key(key, version), value, timeout))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._do("get", self.make_key(key, version), default)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        names = {self.make_key(key, version): key for key in keys}
        return {names[name]: value for name, value in self._do("get_many", list(names)).items()}

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._do("set", self.make_key(key, version), value, timeout)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._do("touch", self.make_key(key, version), timeout))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._do("delete", self.make_key(key, version)))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """ValueError for a key that is not there, or no longer: Redis may have gone or come back since it was added."""
        return int(self._do("incr", self.make_key(key, version), delta))
