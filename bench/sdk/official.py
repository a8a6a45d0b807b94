"""The same with the official Python client: official.py URL SCENARIO TIMES TOKEN JOB"""

import asyncio
import json
import pathlib
import re
import sys
import time

from qhub.api.quantum import AsyncHubQuantumClient, HubQuantumClient

url, scenario, times, token, job = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
client = HubQuantumClient(api_key=token, base_url=url + "/quantum")


def measure(work, times=times, calls=1):
    for _ in range(times // 20 + 1):
        work()
    before, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    wall, cpu = time.perf_counter() - before, time.process_time() - cpu
    peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1])
    counted = times * calls / 1e6
    print(json.dumps({"name": scenario, "wall_us": wall / counted, "cpu_us": cpu / counted, "peak_kb": peak}))


async def many():
    client = AsyncHubQuantumClient(api_key=token, base_url=url + "/quantum")

    async def calls():
        for _ in range(times):
            assert (await client.jobs.get_job_status(job)).status == "RUNNING"

    await asyncio.gather(*(calls() for _ in range(256)))


if scenario == "status":
    measure(lambda: client.jobs.get_job_status(job))
elif scenario == "page":
    measure(lambda: client.jobs.search_jobs(page=0, size=50))
elif scenario == "stream":
    measure(lambda: sum(len(piece) for piece in client.jobs.get_job_result_stream(job)))
elif scenario == "async":
    measure(lambda: asyncio.run(many()), times=2, calls=256 * times)
elif scenario == "first":
    client.jobs.get_job_status(job)
    print('{"name":"first"}')
