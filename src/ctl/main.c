/* SPDX-License-Identifier: MIT */
/* sagewatchctl: see ctl.h. */
#include <locale.h>
#include <signal.h>

#include "ctl/ctl.h"

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	/* `sagewatchctl events | head` ends quietly. */
	signal(SIGPIPE, SIG_DFL);
	return ctl_main(argc, argv);
}
