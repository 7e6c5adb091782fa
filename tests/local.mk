# SPDX-License-Identifier: MIT
# Plain recipes instead of automake's harness: a test's output is shown, not kept in a log.
include tests/unit/local.mk
include tests/fuzz/local.mk
include tests/sim/local.mk
include tests/integration/local.mk
include tests/bench/local.mk
include tests/system/local.mk

EXTRA_DIST += %D%/demo %D%/lint %D%/pytest.ini %D%/requirements.txt

# Python is kept from writing into the sources, which may be read-only.
TEST_ENV = SAGEWATCH_BUILD='$(abs_top_builddir)' srcdir_top='$(abs_top_srcdir)' \
	PYTHONDONTWRITEBYTECODE=1

# Not `all`, which would build in a make of its own at the same time.
check-programs: all-am $(check_PROGRAMS)

check-local: check-unit check-fuzz check-integration check-lint

.PHONY: check-lint bench
check-lint:
	$(TEST_ENV) $(PYTHON) $(srcdir)/tests/lint/lint.py

# The figures that the daemon has to reach, each beside its bar.
bench: check-programs
	$(TEST_ENV) $(PYTHON) $(srcdir)/tests/bench/bench.py
