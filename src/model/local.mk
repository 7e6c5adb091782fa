libsagewatch_la_SOURCES += \
	%D%/diff.c %D%/diff.h \
	%D%/event.c %D%/event.h \
	%D%/finding.c %D%/finding.h \
	%D%/notebook.c %D%/notebook.h \
	%D%/route.c %D%/route.h \
	%D%/snapshot.c %D%/snapshot.h
