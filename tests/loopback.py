"""Servers on this machine alone, which answer as a test says."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, Self


@dataclass(frozen=True)
class Call:
    """What was asked for; the names of headers are in lower case."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What is answered, with its length; to 204 and 304 belongs no body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Loopback:
    """Servers at all ``hosts`` on one ``port``, a free one unless it is named; they answer what :meth:`reply` says."""

    hosts: Sequence[str] = ("127.0.0.1",)
    port: int = 0
    protocol: ClassVar[str] = "HTTP/1.0"
    dated: ClassVar[bool] = True  # says by itself what time it is

    def reply(self, call: Call) -> Reply:
        raise NotImplementedError

    def url(self, path: str, host: str = "") -> str:
        return f"http://{host or self.hosts[0]}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._servers: list[ThreadingHTTPServer] = []
        for host in self.hosts:
            server = _Server((host, self.port), _handler(self))
            self.port = server.server_port
            self._servers.append(server)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class _Server(ThreadingHTTPServer):
    request_queue_size = 100  # a busy machine takes its time to accept them


def _handler(of: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = of.protocol

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            host = str(self.server.server_address[0])
            self._say(of.reply(Call(self.command, host, self.path, headers, body)))

        do_GET = do_POST = _answer

        def _say(self, reply: Reply) -> None:
            (self.send_response if of.dated else self.send_response_only)(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            body = reply.body if reply.status not in (204, 304) else None
            if body is not None:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body or b"")

        def handle(self) -> None:
            # Whoever asked may have given up or been killed.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                super().handle()

        def log_message(self, *_: object) -> None:
            """Say nothing: tests look at what was asked."""

    return Handler
