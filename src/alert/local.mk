libsagewatch_la_SOURCES += \
	%D%/batch.c %D%/batch.h \
	%D%/dispatch.c %D%/dispatch.h \
	%D%/format.c %D%/format.h \
	%D%/formats/generic.c \
	%D%/formats/slack.c \
	%D%/local.c %D%/local.h \
	%D%/message.c %D%/message.h \
	%D%/message_build.c %D%/message_build.h \
	%D%/message_exposure.c \
	%D%/message_other.c \
	%D%/outbox.h \
	%D%/post.c %D%/post.h \
	%D%/schedule.c %D%/schedule.h \
	%D%/settings.c %D%/settings.h \
	%D%/sign.c %D%/sign.h \
	%D%/webhook.c %D%/webhook.h
