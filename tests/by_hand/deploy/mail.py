"""A mail server that keeps what it is given: `mail.py PORT FOLDER`, one file a letter."""

from __future__ import annotations

import socketserver
import sys
import time
from pathlib import Path


class Session(socketserver.StreamRequestHandler):
    def answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.answer("220 here")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.answer("354 go on")
                letter = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    letter.append(line)
                (Path(sys.argv[2]) / f"{time.time_ns()}.eml").write_bytes(b"".join(letter))
            self.answer("221 bye" if word == b"QUIT" else "250 good")
            if word == b"QUIT":
                return


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()
