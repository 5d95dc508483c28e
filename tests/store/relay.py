"""A wire between client and server that can be cut at the worst moment: around a COMMIT."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

NAME = ".s.PGSQL.5432"


class Relay:
    """
    Pass on to the server whose socket is in *server* what comes to ours in *folder*, until told to ``cut`` at a commit.

    ``before``: the server never hears of it. ``after``: it does, and nobody hears its answer.
    """

    def __init__(self, folder: Path, server: Path) -> None:
        self.cut = ""
        self._server = server
        self._ends: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / NAME))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for end in (self._listener, *self._ends):
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                there = socket.socket(socket.AF_UNIX)
                there.connect(str(self._server / NAME))
                self._ends += [client, there]
                for ends in ((client, there), (there, client)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while data := here.recv(65536):
                if self.cut and b"COMMIT" in data:
                    self._lose(data, here, there)
                there.sendall(data)
        for end in (here, there):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _lose(self, data: bytes, client: socket.socket, server: socket.socket) -> None:
        moment, self.cut = self.cut, ""
        client.shutdown(socket.SHUT_RDWR)
        if moment == "after":
            server.sendall(data)
        raise OSError("cut")
