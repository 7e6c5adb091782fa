# SPDX-License-Identifier: MIT
# One program for all suites; the compiler finds a suite that suites.h names and this list forgot.
if HAVE_CHECK
check_PROGRAMS += tests/unit/unit
endif
tests_unit_unit_SOURCES = \
	%D%/runner.c %D%/suites.h \
	%D%/test_aws_error.c \
	%D%/test_endpoint.c \
	%D%/test_http.c \
	%D%/test_sigv4.c
tests_unit_unit_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_unit_LDADD = libsagewatch.la $(CHECK_LIBS)

.PHONY: check-unit check-valgrind
if HAVE_CHECK
check-unit: check-programs
	$(TEST_ENV) tests/unit/unit

check-valgrind: check-programs
	$(TEST_ENV) CK_FORK=no CK_TIMEOUT_MULTIPLIER=20 $(VALGRIND) --quiet --error-exitcode=1 \
		--leak-check=full --show-leak-kinds=definite,indirect,possible \
		--errors-for-leak-kinds=definite,indirect,possible tests/unit/unit
else
check-unit check-valgrind:
	@echo 'The unit tests need check (Debian: apt-get install check), then configure again.' >&2
	@exit 1
endif
