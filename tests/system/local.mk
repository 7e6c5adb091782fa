# SPDX-License-Identifier: MIT
# The package in a Debian 12 that systemd-nspawn boots. As root; with network, for Debian's packages.
EXTRA_DIST += %D%

.PHONY: check-system
check-system: check-programs
	$(TEST_ENV) MAKE='$(MAKE)' $(PYTHON) $(srcdir)/tests/system/check_system.py
