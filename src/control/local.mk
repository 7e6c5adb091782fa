libsagewatch_la_SOURCES += \
	%D%/control.c \
	%D%/control.h \
	%D%/finding_json.c \
	%D%/finding_json.h \
	%D%/follow.c \
	%D%/follow.h \
	%D%/guests.c \
	%D%/guests.h \
	%D%/internal.h \
	%D%/peer.c \
	%D%/peer.h \
	%D%/problem.c \
	%D%/problem.h \
	%D%/query.c \
	%D%/query.h \
	%D%/route_ack.c \
	%D%/route_events.c \
	%D%/route_findings.c \
	%D%/route_metrics.c \
	%D%/route_notebooks.c \
	%D%/route_rules.c \
	%D%/route_sinks.c \
	%D%/route_status.c \
	%D%/routes.c \
	%D%/routes.h \
	%D%/socket.c \
	%D%/socket.h
