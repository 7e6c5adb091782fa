# SPDX-License-Identifier: MIT
# The few macros of configure.ac that are used more than once.

# SAGEWATCH_FLAGS(VARIABLE, FLAGS): appends to VARIABLE each flag that the compiler takes and that
# links. -Werror, so that clang's "argument unused" counts as not taken.
AC_DEFUN([SAGEWATCH_FLAGS], [
AC_SUBST([$1])
for flag in $2; do
	AC_MSG_CHECKING([whether $CC takes $flag])
	sagewatch_saved=$CFLAGS
	CFLAGS="$CFLAGS -Werror $flag"
	AC_LINK_IFELSE([AC_LANG_PROGRAM],
		[AC_MSG_RESULT([yes])
		$1="$$1 $flag"],
		[AC_MSG_RESULT([no])])
	CFLAGS=$sagewatch_saved
done
])

# SAGEWATCH_ENABLE(NAME, HELP): --enable-NAME, default no; sets enable_NAME.
AC_DEFUN([SAGEWATCH_ENABLE], [
AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [$2 @<:@no@:>@])],, [enable_$1=no])
])

# SAGEWATCH_SYSTEMD_DIR(VARIABLE, FALLBACK, WHAT): --with-VARIABLE=DIR; where it is not given,
# what systemd's own pkg-config file says; where that is missing, FALLBACK.
AC_DEFUN([SAGEWATCH_SYSTEMD_DIR], [
AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=DIR], [where to install $3 @<:@systemd's@:>@])],,
	[with_$1=`$PKG_CONFIG --variable=$1 systemd 2>/dev/null`
	test -n "$with_$1" || with_$1='$2'])
AC_SUBST([$1], [$with_$1])
])
