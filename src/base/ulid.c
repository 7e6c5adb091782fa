/* SPDX-License-Identifier: MIT */
/* ULIDs; see ulid.h. */
#include "base/ulid.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

const char *ulid_make(usec_t at, char text[static ULID_TEXT_SIZE])
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t milliseconds = at / USEC_PER_MSEC;
	unsigned char noise[16];

	if (getrandom(noise, sizeof(noise), 0) != sizeof(noise)) {
		fputs("sagewatch: no random bytes from the kernel\n", stderr);
		abort();
	}
	for (int i = 9; i >= 0; i--) {
		text[i] = alphabet[milliseconds & 31];
		milliseconds >>= 5;
	}
	for (int i = 0; i < 16; i++)
		text[10 + i] = alphabet[noise[i] & 31];
	text[26] = '\0';
	return text;
}
