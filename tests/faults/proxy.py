"""A TCP proxy that can cut its connections and refuse new ones: what a restart of the server behind it looks like."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Listens on a port of its own and passes on to `host`, `port`. `close` ends it."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.pairs: set[tuple[socket.socket, socket.socket]] = set()
        self.lock = threading.Lock()
        self.listener = self._listen(0)
        self.port = int(self.listener.getsockname()[1])

    def cut(self) -> int:
        """Cut every connection; returns how many."""
        with self.lock:
            pairs, self.pairs = self.pairs, set()
        for pair in pairs:
            for end in pair:
                _close(end)
        return len(pairs)

    def refuse(self) -> None:
        """Cut every connection, and take no new one until `take_again`."""
        _close(self.listener)
        self.cut()

    def take_again(self) -> None:
        self.listener = self._listen(self.port)

    def close(self) -> None:
        self.refuse()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target, timeout=5)
            except OSError:
                _close(near)
                continue
            far.settimeout(None)
            pair = (near, far)
            with self.lock:
                self.pairs.add(pair)
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink, pair), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, pair: tuple[socket.socket, socket.socket]) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with self.lock:
            self.pairs.discard(pair)
        for end in pair:
            _close(end)


def _close(end: socket.socket) -> None:
    """Close, and wake whoever waits on it in another thread."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
