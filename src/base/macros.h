/* SPDX-License-Identifier: MIT */
/* The few macros that every file may use. */
#ifndef SAGEWATCH_BASE_MACROS_H
#define SAGEWATCH_BASE_MACROS_H

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define MIN(a, b)	  ((a) < (b) ? (a) : (b))
#define MAX(a, b)	  ((a) > (b) ? (a) : (b))
#define CLEANUP(destroy)  __attribute__((cleanup(destroy)))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define UNUSED		  __attribute__((unused))
#define CONTAINER_OF(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* Hands the pointer over: evaluates to it and leaves NULL behind for the cleanup attribute. */
#define TAKE_PTR(pointer)                               \
	({                                              \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL;                       \
		taken_;                                 \
	})

#endif
