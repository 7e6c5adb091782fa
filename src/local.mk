# SPDX-License-Identifier: MIT
# Everything but the two mains is in one library, so that tests and fuzzers link the same objects.
noinst_LTLIBRARIES += libsagewatch.la
libsagewatch_la_SOURCES = \
	%D%/app.c %D%/app.h \
	%D%/app_internal.h \
	%D%/check_config.c \
	%D%/once.c \
	%D%/ops.c \
	%D%/service.c %D%/service.h \
	%D%/setup.c
libsagewatch_la_LIBADD = $(CURL_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS) $(EVENT_LIBS) $(SQLITE_LIBS) \
	$(CONFUSE_LIBS) $(SYSTEMD_LIBS) -lm

include src/base/local.mk
include src/conf/local.mk
include src/model/local.mk
include src/rules/local.mk
include src/aws/local.mk
include src/net/local.mk
include src/store/local.mk
include src/watch/local.mk
include src/alert/local.mk
include src/control/local.mk
include src/ctl/local.mk

sbin_PROGRAMS += sagewatchd
sagewatchd_SOURCES = %D%/main.c
sagewatchd_LDADD = libsagewatch.la

bin_PROGRAMS += sagewatchctl
sagewatchctl_SOURCES = %D%/ctl/main.c
sagewatchctl_LDADD = libsagewatch.la
