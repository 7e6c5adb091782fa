libsagewatch_la_SOURCES += \
	%D%/account.c %D%/account.h \
	%D%/caller.c %D%/caller.h \
	%D%/configure.c \
	%D%/describe.c %D%/describe.h \
	%D%/exception.c \
	%D%/housekeeping.c %D%/housekeeping.h \
	%D%/observe.c %D%/observe.h \
	%D%/poll.c %D%/poll.h \
	%D%/rate.c %D%/rate.h \
	%D%/retry.c %D%/retry.h \
	%D%/scheduler.c \
	%D%/scope.c %D%/scope.h \
	%D%/verdict.c %D%/verdict.h \
	%D%/view.c %D%/view.h \
	%D%/watch.c %D%/watch.h
