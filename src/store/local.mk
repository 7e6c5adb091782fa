libsagewatch_la_SOURCES += \
	%D%/schema.c \
	%D%/store.c \
	%D%/store.h \
	%D%/store_events.c \
	%D%/store_findings.c \
	%D%/store_internal.h \
	%D%/store_notebooks.c \
	%D%/store_open.c \
	%D%/store_outbox.c \
	%D%/store_scopes.c
