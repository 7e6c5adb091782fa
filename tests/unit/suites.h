/* SPDX-License-Identifier: MIT */
/* All suites, for runner.c, which says what SUITE() stands for. */
SUITE(aws_error)
SUITE(endpoint)
SUITE(http)
SUITE(sigv4)
