"""What git or ssh starts to ask for a name, a password or a passphrase.

Not imported: run by path. It passes the question on to the user's own server and
prints the answer; where there is none it fails, and git gives up.
"""

from __future__ import annotations

import os
import socket
import sys


def main() -> int:
    question = os.fsencode(" ".join(sys.argv[1:]).replace("\n", " "))
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.settimeout(30)
            server.connect(os.environ["COMMONS_ASKPASS"])
            server.sendall(question + b"\n")
            answer = b""
            while data := server.recv(65_536):
                answer += data
    except (OSError, KeyError):
        return 1
    if not answer:
        return 1
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
