"""The broker of production: kombu's for Redis, but a message whose end Redis did not hear of does
not keep its place.

A worker takes as many messages as it has processes. kombu 5.7.0 gives the place of a finished job
back after Redis has answered. Where Redis went away while all processes worked, no place came back:
the worker asked for no message, noticed no lost connection, and waited for ever while jobs piled
up. The message itself may come back: its batch is not claimed twice.
"""

from __future__ import annotations

from kombu.transport import redis


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except Exception:
            self._quick_ack(delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue=requeue)
        except Exception:
            self._quick_ack(delivery_tag)
            raise


class RedisChannel(redis.Channel):
    QoS = QoS


class RedisTransport(redis.Transport):
    Channel = RedisChannel
