"""A mail server on a local socket that answers as a test scripts it, step by step, and keeps what it took."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field

GOOD = {"greeting": "220 ready", "EHLO": "250 hello", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on",
        "content": "250 kept", "RSET": "250 ok", "QUIT": "221 bye"}  # fmt: skip
CUT, SILENCE = "cut", "silence"


@dataclass
class MailServer:
    """`says` overrides an answer by step, or by the whole command; `cut` hangs up there, `silence` waits for ever."""

    says: dict[str, str] = field(default_factory=dict)
    letters: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    sock: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    def run(self) -> None:
        while True:
            try:
                connection, _peer = self.sock.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            try:
                going = self.answer(connection, "greeting")
                while going and (line := lines.readline()):
                    verb, _space, rest = line.decode().strip().partition(" ")
                    step, command = verb.upper(), f"{verb.upper()} {rest}".strip()
                    self.commands.append(command)
                    going = self.answer(connection, step, command) and step != "QUIT"
                    if going and step == "DATA" and self.says.get("DATA", "354").startswith("354"):
                        content = b"".join(iter(lines.readline, b".\r\n"))
                        self.letters.append(content.decode())
                        going = self.answer(connection, "content")
            except OSError:
                return

    def answer(self, connection: socket.socket, step: str, command: str = "") -> bool:
        said = self.says.get(command) or self.says.get(step) or GOOD.get(step, "502 what")
        if said == SILENCE:
            self.done.wait(10)
        if said in (CUT, SILENCE):
            connection.shutdown(socket.SHUT_RDWR)
            return False
        connection.sendall(f"{said}\r\n".encode())
        return True

    def close(self) -> None:
        self.done.set()
        with contextlib.suppress(OSError):  # closed before
            self.sock.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in accept
        self.sock.close()
