"""What wrk prints, and how it is read."""

from __future__ import annotations

import msgspec
import pytest

from benchmarks.load import Load, read_load

OUTPUT = """\
Running 2s test @ http://127.0.0.1:8000/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.23ms  456.00us   9.87ms   88.00%
    Req/Sec     5.00k   100.00      5.20k    70.00%
  10000 requests in 2.00s, 2.00GB read
Requests/sec:   5000.00
Transfer/sec:      1.00GB
"""
LAST_LINE = (
    '{"requests":10000,"duration_us":2000000,"size_bytes":2000000000,'
    '"p50_us":1200,"p99_us":3400,"failures":0}\n'
)


def test_the_last_line_is_read() -> None:
    load = read_load(OUTPUT + LAST_LINE)

    assert load == Load(
        requests=10_000,
        duration_us=2_000_000,
        size_bytes=2_000_000_000,
        p50_us=1_200,
        p99_us=3_400,
        failures=0,
    )
    assert load.per_second == 5_000


def test_output_without_our_line_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        read_load(OUTPUT)
