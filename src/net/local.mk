libsagewatch_la_SOURCES += \
	%D%/http.c %D%/http.h \
	%D%/loop.c %D%/loop.h \
	%D%/transfer.c %D%/transfer.h
