/* SPDX-License-Identifier: MIT */
/* Standard retries; see retry.h. */
#include "watch/retry.h"

#include "base/macros.h"

#define COST	     5
#define COST_TIMEOUT 10
#define DELAY_MAX_S  20

void retry_quota_init(struct retry_quota *quota)
{
	quota->tokens = RETRY_QUOTA;
}

bool retry_next(struct retry_quota *quota, unsigned int attempt, bool was_timeout, double noise,
	usec_t *ret_after)
{
	unsigned int cost = was_timeout ? COST_TIMEOUT : COST;
	unsigned int ceiling_s;

	if (attempt >= RETRY_ATTEMPTS || quota->tokens < cost)
		return false;
	quota->tokens -= cost;
	ceiling_s = MIN(1U << (attempt - 1), (unsigned int)DELAY_MAX_S);
	*ret_after = (usec_t)(noise * ceiling_s * (double)USEC_PER_SEC);
	return true;
}

void retry_succeeded(struct retry_quota *quota, unsigned int attempt)
{
	unsigned int back = attempt > 1 ? (attempt - 1) * COST : 1;

	quota->tokens = MIN(quota->tokens + back, (unsigned int)RETRY_QUOTA);
}
