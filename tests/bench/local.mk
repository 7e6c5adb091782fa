# SPDX-License-Identifier: MIT
# make bench; or only some of it: make bench BENCH=memory,first-poll
check_PROGRAMS += tests/bench/floor
tests_bench_floor_SOURCES = %D%/floor.c
tests_bench_floor_LDADD = $(CURL_LIBS)

EXTRA_DIST += %D%/bench.py %D%/boto3_poll.py
