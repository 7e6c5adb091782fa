libsagewatch_la_SOURCES += \
	%D%/alloc.c %D%/alloc.h \
	%D%/clock.c %D%/clock.h \
	%D%/digest.c %D%/digest.h \
	%D%/file.c %D%/file.h \
	%D%/json.c %D%/json.h \
	%D%/log.c %D%/log.h \
	%D%/macros.h \
	%D%/names.c %D%/names.h \
	%D%/str.c %D%/str.h \
	%D%/strlist.c %D%/strlist.h \
	%D%/ulid.c %D%/ulid.h \
	%D%/utf8.c %D%/utf8.h
