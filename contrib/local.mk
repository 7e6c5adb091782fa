# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/Containerfile %D%/HACKING %D%/apparmor %D%/debian %D%/iam %D%/logrotate %D%/rpm \
	%D%/scp

bashcompletionsdir = $(datadir)/bash-completion/completions
zshcompletionsdir = $(datadir)/zsh/site-functions
dist_bashcompletions_DATA = %D%/completions/sagewatchctl.bash
dist_zshcompletions_DATA = %D%/completions/_sagewatchctl

# The Debian package, in deb/ of the build folder, from the tarball. DEB_VERSION: instead of the
# changelog's.
DEB_VERSION =

.PHONY: deb
deb: dist
	rm -rf deb && $(MKDIR_P) deb
	$(AMTAR) -C deb -xzf $(distdir).tar.gz
	cp -R deb/$(distdir)/contrib/debian deb/$(distdir)/debian
	test -z '$(DEB_VERSION)' || $(SED) -i '1s/(.*)/($(DEB_VERSION))/' \
		deb/$(distdir)/debian/changelog
	cd deb/$(distdir) && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS dpkg-buildpackage -us -uc -b

clean-local:
	rm -rf deb
