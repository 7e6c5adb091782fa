# SPDX-License-Identifier: MIT
# pytest drives the real programs. Marked tests need what requirements.txt names.
check_PROGRAMS += tests/integration/sign_stdin
tests_integration_sign_stdin_SOURCES = %D%/sign_stdin.c
tests_integration_sign_stdin_LDADD = libsagewatch.la

EXTRA_DIST += \
	%D%/conftest.py \
	%D%/daemon.py \
	%D%/simulator.py \
	%D%/test_accounts.py \
	%D%/test_blind.py \
	%D%/test_client.py \
	%D%/test_drift.py \
	%D%/test_fleet.py \
	%D%/test_journal.py \
	%D%/test_moto.py \
	%D%/test_sigv4_botocore.py \
	%D%/test_simulator_awscli.py \
	%D%/test_start.py

PYTEST = $(PYTHON) -m pytest
# The tests mostly wait: several at a time, by pytest-xdist. Without that: make PYTEST_PARALLEL=
PYTEST_PARALLEL = -n 4
PYTEST_FLAGS = -c $(srcdir)/tests/pytest.ini --rootdir=$(srcdir)/tests -p no:cacheprovider

.PHONY: check-integration check-moto
check-integration: check-programs
	$(TEST_ENV) $(PYTEST) $(PYTEST_FLAGS) $(PYTEST_PARALLEL) \
		-m 'not moto and not awscli and not botocore' $(srcdir)/tests/integration

check-moto: check-programs
	$(TEST_ENV) $(PYTEST) $(PYTEST_FLAGS) -m 'moto or awscli or botocore' \
		$(srcdir)/tests/integration
