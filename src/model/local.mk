libsagewatch_la_SOURCES += \
	%D%/diff.c %D%/diff.h \
	%D%/event.c %D%/event.h \
	%D%/finding.c %D%/finding.h \
	%D%/notebook.c %D%/notebook.h %D%/notebook_read.c %D%/notebook_write.c \
	%D%/route.c %D%/route.h \
	%D%/snapshot.c %D%/snapshot.h
