# SPDX-License-Identifier: MIT
# Each subject: fuzz_SUBJECT.c and the files of corpus/SUBJECT. Without --enable-fuzzers, replay.c
# gives the corpus to it; with it, libFuzzer does, and can be started to find new inputs.
EXTRA_DIST += %D%/corpus

fuzzer_ldflags = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
fuzzers =
if FUZZERS
fuzzer_main =
else
fuzzer_main = %D%/replay.c
endif
EXTRA_DIST += %D%/replay.c

check_PROGRAMS += $(fuzzers)

# libFuzzer runs the files that it is given and stops, as the replay does.
.PHONY: check-fuzz
check-fuzz: check-programs
	@for program in $(fuzzers); do \
		echo "$$program" && \
		$(TEST_ENV) $$program $(srcdir)/tests/fuzz/corpus/$${program##*/fuzz_}/* || exit 1; \
	done
