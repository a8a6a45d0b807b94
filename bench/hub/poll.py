"""Status polling: requests per second of qhubd beside nginx, which serves a static file of the same size.

    bench/hub/poll.py [--programs build/release/bin] [--connections 64] [--seconds 5] [--rounds 3]

Both run on this machine together with the load generator (wrk), in turn. Debian packages: nginx-light, wrk.
"""

from __future__ import annotations

import argparse
import statistics

from bench import Hub, Nginx, wrk


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", default="build/release/bin")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    with Hub(arguments.programs) as hub:
        job = hub.submit_bell()
        hub.wait(job)
        status = f"{hub.url}/quantum/jobs/{job}/status"
        body = hub.get(f"/quantum/jobs/{job}/status")
        with Nginx(body) as nginx:
            rates: dict[str, list[float]] = {"nginx": [], "qhubd": []}
            for _ in range(arguments.rounds):
                for name, url, headers in (("nginx", nginx.url, {}), ("qhubd", status, hub.headers)):
                    rates[name].append(wrk(url, headers, arguments.connections, arguments.seconds))
    for name, values in rates.items():
        print(f"{name:6} {statistics.median(values):9,.0f} requests/s  ({min(values):,.0f} … {max(values):,.0f})")
    ratios = [ours / theirs for ours, theirs in zip(rates["qhubd"], rates["nginx"])]
    print(f"ratio  {statistics.median(ratios):9.2f}             ({min(ratios):.2f} … {max(ratios):.2f})")


if __name__ == "__main__":
    main()
