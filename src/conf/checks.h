/* SPDX-License-Identifier: MIT */
/* What the table of directives asks of single texts: 0, or -EINVAL with what is wrong in *why. */
#ifndef SAGEWATCH_CONF_CHECKS_H
#define SAGEWATCH_CONF_CHECKS_H

struct str;

int conf_check_region(const char *text, struct str *why);
int conf_check_tag(const char *text, struct str *why);	    /* "key=value" */
int conf_check_endpoint(const char *text, struct str *why); /* http:// or https:// and a host */
int conf_check_socket(const char *text, struct str *why);   /* fits into a socket's address */
int conf_check_readable(const char *text, struct str *why); /* a file that can be read */

#endif
