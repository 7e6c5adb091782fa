# SPDX-License-Identifier: MIT
# pytest drives the real programs. Marked tests need what requirements.txt names.
check_PROGRAMS += tests/integration/sign_stdin
tests_integration_sign_stdin_SOURCES = %D%/sign_stdin.c
tests_integration_sign_stdin_LDADD = libsagewatch.la

EXTRA_DIST += 
PYTEST = $(PYTHON) -m pytest
PYTEST_FLAGS = -c $(srcdir)/tests/pytest.ini --rootdir=$(srcdir)/tests -p no:cacheprovider

.PHONY: check-integration check-moto
check-integration: check-programs
	$(TEST_ENV) $(PYTEST) $(PYTEST_FLAGS) -m 'not moto and not awscli and not botocore' \
		$(srcdir)/tests/integration

check-moto: check-programs
	$(TEST_ENV) $(PYTEST) $(PYTEST_FLAGS) -m 'moto or awscli or botocore' \
		$(srcdir)/tests/integration
