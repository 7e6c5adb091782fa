# The settings: sagewatch.conf(5).
libsagewatch_la_SOURCES += \
	%D%/checks.h \
	%D%/conf.h \
	%D%/conf_check.c \
	%D%/conf_load.c \
	%D%/conf_secrets.c \
	%D%/conf_values.c \
	%D%/directives.c \
	%D%/internal.h \
	%D%/lexer.c \
	%D%/lexer.h \
	%D%/places.c \
	%D%/syntax.c
