"""The queue library's broker for Amazon SQS, where a network may be slow or cut. Imported only where it is chosen."""

from typing import Any

from botocore.config import Config
from django_q.brokers import aws_sqs

# Of their own accord these calls would wait for minutes, and a request that owes a job with them.
_HURRY = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2})


class Sqs(aws_sqs.Sqs):
    def get_queue(self) -> Any:
        self.sqs = self.connection.resource("sqs", config=_HURRY)
        try:
            return self.sqs.get_queue_by_name(QueueName=self.list_key)
        except self.sqs.meta.client.exceptions.QueueDoesNotExist:
            return self.sqs.create_queue(QueueName=self.list_key)

    def queue_size(self) -> int:
        self.queue.load()  # or it would answer what it was told first
        return int(super().queue_size())
