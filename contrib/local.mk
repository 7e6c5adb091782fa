# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/HACKING %D%/iam %D%/scp
