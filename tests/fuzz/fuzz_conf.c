/* SPDX-License-Identifier: MIT */
/*
 * Configuration files as anybody might write them. Nothing else is opened. What libconfuse itself
 * complains of is a failure: syntax.c is to refuse it before, since its scanner does not recover.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "conf/conf.h"
#include "conf/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str error = STR_INIT(8192);
	struct conf *conf = NULL;
	int r;

	r = conf_load_text("f", (const char *)data, size, true, &conf, &error);
	if (r == 0 && (conf == NULL || error.len > 0))
		abort();
	if (r < 0 && (conf != NULL || strncmp(str_get(&error), "f:", 2) != 0 ||
			     strchr(str_get(&error), '\n') != NULL ||
			     strstr(str_get(&error), ": libconfuse: ") != NULL))
		abort();
	conf_free(conf);
	str_done(&error);

	/* An error must not reach the next load. */
	conf = conf_default();
	if (conf->poll_interval != USEC_PER_MIN || conf->reminder_count != 3)
		abort();
	conf_free(conf);
	return 0;
}
