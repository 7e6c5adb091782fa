# SPDX-License-Identifier: MIT
# One program for all suites; the compiler finds a suite that suites.h names and this list forgot.
if HAVE_CHECK
check_PROGRAMS += tests/unit/unit
endif
tests_unit_unit_SOURCES = \
	%D%/runner.c %D%/suites.h \
	%D%/store_fixture.h \
	%D%/test_ago.c \
	%D%/test_aws_error.c \
	%D%/test_base.c \
	%D%/test_catalog.c \
	%D%/test_conf.c \
	%D%/test_conf_files.c \
	%D%/test_control.c \
	%D%/test_credentials.c \
	%D%/test_dispatch.c \
	%D%/test_endpoint.c \
	%D%/test_generic.c \
	%D%/test_gsl.c \
	%D%/test_http.c \
	%D%/test_model.c \
	%D%/test_notebook.c \
	%D%/test_operations.c \
	%D%/test_poll.c \
	%D%/test_rate.c \
	%D%/test_rule_file.c \
	%D%/test_schedule.c \
	%D%/test_scheduler.c \
	%D%/test_sign.c \
	%D%/test_sigv4.c \
	%D%/test_slack.c \
	%D%/test_store.c \
	%D%/test_store_outbox.c \
	%D%/test_store_state.c \
	%D%/test_table.c \
	%D%/test_watch.c
tests_unit_unit_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_unit_LDADD = libsagewatch.la $(CHECK_LIBS)

EXTRA_DIST += %D%/valgrind.supp

.PHONY: check-unit check-valgrind
if HAVE_CHECK
check-unit: check-programs
	$(TEST_ENV) tests/unit/unit

# A process for each suite, so that one suite's fault does not count against the next one's children.
check-valgrind: check-programs
	@failed=; \
	for suite in $$($(SED) -n 's/^SUITE(\(.*\))$$/\1/p' $(srcdir)/tests/unit/suites.h); do \
		$(TEST_ENV) CK_FORK=no CK_TIMEOUT_MULTIPLIER=20 $(VALGRIND) --quiet \
			--error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite,indirect \
			--suppressions=$(srcdir)/tests/unit/valgrind.supp tests/unit/unit $$suite || \
			failed="$$failed $$suite"; \
	done; \
	test -z "$$failed" || { echo "valgrind: failed:$$failed" >&2; exit 1; }
else
check-unit check-valgrind:
	@echo 'The unit tests need check (Debian: apt-get install check), then configure again.' >&2
	@exit 1
endif
