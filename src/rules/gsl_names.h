/* SPDX-License-Identifier: MIT */
/* What a wrong property name may have meant. */
#ifndef SAGEWATCH_RULES_GSL_NAMES_H
#define SAGEWATCH_RULES_GSL_NAMES_H

/* "there is no property 'rootAcess'; did you mean rootAccess?" */
#define GSL_UNKNOWN_SIZE 160
const char *gsl_unknown_property(const char *name, char message[static GSL_UNKNOWN_SIZE]);

#endif
