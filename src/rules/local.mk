libsagewatch_la_SOURCES += \
	%D%/catalog.c %D%/catalog.h \
	%D%/gsl.h \
	%D%/gsl_contradict.c \
	%D%/gsl_eval.c \
	%D%/gsl_internal.h \
	%D%/gsl_lex.c %D%/gsl_lex.h \
	%D%/gsl_names.c %D%/gsl_names.h \
	%D%/gsl_parse.c \
	%D%/gsl_parser.h \
	%D%/gsl_pattern.c \
	%D%/gsl_predicate.c \
	%D%/gsl_print.c \
	%D%/gsl_sample.c %D%/gsl_sample.h \
	%D%/rule.c %D%/rule.h \
	%D%/rule_file.c \
	%D%/rule_scan.c %D%/rule_scan.h
