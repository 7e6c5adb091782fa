# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/sagewatchd.service.in
CLEANFILES += %D%/sagewatchd.service

if WITH_SYSTEMD
systemdsystemunit_DATA = %D%/sagewatchd.service
dist_systemdsystemunit_DATA = %D%/sagewatchd.socket
dist_sysusers_DATA = %D%/sysusers.d/sagewatch.conf
dist_tmpfiles_DATA = %D%/tmpfiles.d/sagewatch.conf
dist_catalog_DATA = %D%/sagewatch.catalog
else
EXTRA_DIST += %D%/sagewatchd.socket %D%/sysusers.d/sagewatch.conf %D%/tmpfiles.d/sagewatch.conf \
	%D%/sagewatch.catalog
endif

# Not by configure, which does not know what a ${prefix} in a folder's name will be.
%D%/sagewatchd.service: %D%/sagewatchd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
		-e 's|@confdir[@]|$(confdir)|g' $(srcdir)/systemd/sagewatchd.service.in >$@
