# SPDX-License-Identifier: MIT
# SigV4, endpoints, credentials and the API's operations: bytes in, bytes out.
libsagewatch_la_SOURCES += \
	%D%/answer.c %D%/answer.h \
	%D%/credentials.c %D%/credentials.h \
	%D%/describe_notebook_instance.c \
	%D%/endpoint.c %D%/endpoint.h \
	%D%/error.c %D%/error.h \
	%D%/get_caller_identity.c \
	%D%/identity.h \
	%D%/list_notebook_instances.c \
	%D%/list_regions.c \
	%D%/list_tags.c \
	%D%/operation.c %D%/operation.h \
	%D%/profile_file.c %D%/profile_file.h \
	%D%/sagemaker.h \
	%D%/sigv4.c %D%/sigv4.h \
	%D%/xml_text.c %D%/xml_text.h
