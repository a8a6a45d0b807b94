"""Memory of a hub that holds idle keep-alive connections.

    bench/hub/idle.py [--programs build/release/bin] [--connections 2000]
"""

from __future__ import annotations

import argparse
import resource
import socket

from bench import Hub


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", default="build/release/bin")
    parser.add_argument("--connections", type=int, default=2000)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * arguments.connections + 100,) * 2)
    with Hub(arguments.programs) as hub:
        before = hub.resident_mib()
        host, port = hub.url.removeprefix("http://").split(":")
        request = f"GET /quantum/jobs HTTP/1.1\r\nHost: hub\r\nX-Auth-Token: {hub.headers['X-Auth-Token']}\r\n\r\n".encode()
        connections = [socket.create_connection((host, int(port))) for _ in range(arguments.connections)]
        for connection in connections:
            connection.sendall(request)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        print(f"idle {before:.1f} MiB, with {arguments.connections} connections kept alive {hub.resident_mib():.1f} MiB")
        for connection in connections:
            connection.close()


if __name__ == "__main__":
    main()
