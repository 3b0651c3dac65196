"""Says in one sentence which of PostgreSQL and Redis does not answer, and what to do."""

import os
import sys
from urllib.parse import urlsplit

import psycopg
import redis


def main() -> None:
    database_url, redis_url = os.environ["EVENTSYNC_DATABASE_URL"], os.environ["EVENTSYNC_REDIS_URL"]
    try:
        # The tests create their own database beside this one.
        psycopg.connect(urlsplit(database_url)._replace(path="/postgres").geturl(), connect_timeout=5).close()
    except psycopg.Error as error:
        stop("PostgreSQL", "EVENTSYNC_DATABASE_URL", "postgres://user:password@host:5432/name", error)
    try:
        with redis.Redis.from_url(redis_url, socket_connect_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        stop("Redis", "EVENTSYNC_REDIS_URL", "redis://host:6379/0", error)


def stop(service: str, variable: str, example: str, error: Exception) -> None:
    reason = " ".join(str(error).split())
    sys.exit(f"{service} does not answer: start it, or set {variable} (such as {example}). {reason}")


main()
