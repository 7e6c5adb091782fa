# SPDX-License-Identifier: MIT
# The sample configuration goes where the daemon reads it, but never over one that is there.
dist_rules_DATA = \
	%D%/rules.d/aws-sagemaker-001.rule \
	%D%/rules.d/aws-sagemaker-002.rule \
	%D%/rules.d/conformity-sagemaker-vpc-internet.rule \
	%D%/rules.d/sagewatch-sagemaker-imdsv2.rule \
	%D%/rules.d/sagewatch-sagemaker-kms.rule \
	%D%/rules.d/sagewatch-sagemaker-owner-tag.rule \
	%D%/rules.d/sagewatch-sagemaker-platform.rule \
	%D%/rules.d/sagewatch-sagemaker-root-and-internet.rule \
	%D%/rules.d/sagewatch-sagemaker-vpc.rule
EXTRA_DIST += %D%/sagewatch.conf

install-data-local: install-conf
uninstall-local: uninstall-conf

.PHONY: install-conf uninstall-conf
install-conf:
	$(MKDIR_P) '$(DESTDIR)$(confdir)' '$(DESTDIR)$(localrulesdir)'
	test -e '$(DESTDIR)$(confdir)/sagewatch.conf' || \
		$(INSTALL_DATA) $(srcdir)/etc/sagewatch.conf '$(DESTDIR)$(confdir)/sagewatch.conf'

uninstall-conf:
	if cmp -s $(srcdir)/etc/sagewatch.conf '$(DESTDIR)$(confdir)/sagewatch.conf'; then \
		rm -f '$(DESTDIR)$(confdir)/sagewatch.conf'; fi
	rmdir '$(DESTDIR)$(localrulesdir)' '$(DESTDIR)$(confdir)' 2>/dev/null || :

# After the shipped rules and the README are gone, their folders.
uninstall-hook:
	rmdir '$(DESTDIR)$(rulesdir)' '$(DESTDIR)$(datadir)/sagewatch' '$(DESTDIR)$(docdir)' \
		2>/dev/null || :
