# SPDX-License-Identifier: MIT
# The simulator: what the tests and the demo watch instead of AWS. It is not installed.
check_PROGRAMS += tests/sim/sagewatch-sim
tests_sim_sagewatch_sim_LDADD = libsagewatch.la
tests_sim_sagewatch_sim_SOURCES = \
	%D%/account.c \
	%D%/admin.c %D%/admin.h \
	%D%/admin_accounts.c \
	%D%/admin_notebooks.c \
	%D%/auth.c %D%/auth.h \
	%D%/aws.c \
	%D%/call.h \
	%D%/errors.c \
	%D%/exchange.c %D%/exchange.h \
	%D%/faults.c %D%/faults.h \
	%D%/fields.c %D%/fields.h \
	%D%/front.c %D%/front.h \
	%D%/hooks.c %D%/hooks.h \
	%D%/lifecycle.c %D%/lifecycle.h \
	%D%/list.c \
	%D%/main.c \
	%D%/notebooks.c %D%/notebooks.h \
	%D%/sagemaker.c \
	%D%/sim.h \
	%D%/stats.c %D%/stats.h \
	%D%/store.c %D%/store.h \
	%D%/sts.c \
	%D%/tags.c %D%/tags.h
