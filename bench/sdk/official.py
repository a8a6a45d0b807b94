"""The same with the official Python client: official.py URL SCENARIO TIMES"""

import asyncio
import json
import resource
import sys
import time

from qhub.api.quantum import AsyncHubQuantumClient, HubQuantumClient

url, scenario, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = HubQuantumClient(api_key="token", base_url=url + "/quantum")


def measure(work):
    for _ in range(times // 20 + 1):
        work()
    before, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    wall, cpu = time.perf_counter() - before, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"name": scenario, "wall_us": wall / times * 1e6, "cpu_us": cpu / times * 1e6, "peak_kb": peak}))


async def many():
    client = AsyncHubQuantumClient(api_key="token", base_url=url + "/quantum")

    async def calls():
        for _ in range(4):
            assert (await client.jobs.get_job_status("5f3a")).status == "RUNNING"

    await asyncio.gather(*(calls() for _ in range(256)))


if scenario == "status":
    measure(lambda: client.jobs.get_job_status("5f3a"))
elif scenario == "page":
    measure(lambda: client.jobs.search_jobs(page=0, size=50))
elif scenario == "stream":
    measure(lambda: sum(len(piece) for piece in client.jobs.get_job_result_stream("5f3a")))
elif scenario == "async":
    measure(lambda: asyncio.run(many()))
elif scenario == "first":
    client.jobs.get_job_status("5f3a")
    print('{"name":"first"}')
