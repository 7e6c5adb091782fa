# SPDX-License-Identifier: MIT
dist_man_MANS += %D%/sagewatchd.8 %D%/sagewatchctl.1 %D%/sagewatch.conf.5 %D%/sagewatch.rule.5
