# SPDX-License-Identifier: MIT
# Each subject: fuzz_SUBJECT.c and the files of corpus/SUBJECT. Without --enable-fuzzers, replay.c
# gives the corpus to it; with it, libFuzzer does, and can be started to find new inputs.
EXTRA_DIST += %D%/corpus

fuzzer_ldflags = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
fuzzers = \
	tests/fuzz/fuzz_aws_answers \
	tests/fuzz/fuzz_aws_error \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_gsl \
	tests/fuzz/fuzz_profile_file \
	tests/fuzz/fuzz_rule_file
if FUZZERS
fuzzer_main =
else
fuzzer_main = %D%/replay.c
endif
EXTRA_DIST += %D%/replay.c

check_PROGRAMS += $(fuzzers)

tests_fuzz_fuzz_aws_answers_SOURCES = %D%/fuzz_aws_answers.c $(fuzzer_main)
tests_fuzz_fuzz_aws_answers_LDADD = libsagewatch.la
tests_fuzz_fuzz_aws_answers_LDFLAGS = $(fuzzer_ldflags)

tests_fuzz_fuzz_aws_error_SOURCES = %D%/fuzz_aws_error.c $(fuzzer_main)
tests_fuzz_fuzz_aws_error_LDADD = libsagewatch.la
tests_fuzz_fuzz_aws_error_LDFLAGS = $(fuzzer_ldflags)

tests_fuzz_fuzz_conf_SOURCES = %D%/fuzz_conf.c $(fuzzer_main)
tests_fuzz_fuzz_conf_LDADD = libsagewatch.la
tests_fuzz_fuzz_conf_LDFLAGS = $(fuzzer_ldflags)

tests_fuzz_fuzz_gsl_SOURCES = %D%/fuzz_gsl.c $(fuzzer_main)
tests_fuzz_fuzz_gsl_LDADD = libsagewatch.la
tests_fuzz_fuzz_gsl_LDFLAGS = $(fuzzer_ldflags)

tests_fuzz_fuzz_profile_file_SOURCES = %D%/fuzz_profile_file.c $(fuzzer_main)
tests_fuzz_fuzz_profile_file_LDADD = libsagewatch.la
tests_fuzz_fuzz_profile_file_LDFLAGS = $(fuzzer_ldflags)

tests_fuzz_fuzz_rule_file_SOURCES = %D%/fuzz_rule_file.c $(fuzzer_main)
tests_fuzz_fuzz_rule_file_LDADD = libsagewatch.la
tests_fuzz_fuzz_rule_file_LDFLAGS = $(fuzzer_ldflags)

# libFuzzer runs the files that it is given and stops, as the replay does.
.PHONY: check-fuzz
check-fuzz: check-programs
	@for program in $(fuzzers); do \
		echo "$$program" && \
		$(TEST_ENV) $$program $(srcdir)/tests/fuzz/corpus/$${program##*/fuzz_}/* || exit 1; \
	done
