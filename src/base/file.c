/* SPDX-License-Identifier: MIT */
/* Whole files, with a ceiling; see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

static void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int read_all(int fd, char *text, size_t max, size_t *ret_len)
{
	size_t len = 0;

	while (len <= max) {
		ssize_t n = read(fd, text + len, max + 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	if (len > max)
		return -E2BIG;
	text[len] = '\0';
	*ret_len = len;
	return 0;
}

static int read_file(const char *path, size_t max, bool secret, char **ret_text, size_t *ret_len)
{
	CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat facts;
	size_t room, len = 0;
	char *text;
	int r;

	if (fd < 0 || fstat(fd, &facts) < 0)
		return -errno;
	if (S_ISDIR(facts.st_mode))
		return -EISDIR;
	/* /dev/null is what people give to say that there is nothing. */
	if (!S_ISREG(facts.st_mode) && !S_ISCHR(facts.st_mode))
		return -EINVAL;
	if (secret && (facts.st_mode & S_IROTH) != 0)
		return -EPERM;
	/* Room for what the file has now, and for one byte that shows it has grown past that. */
	room = MIN((size_t)facts.st_size + 4096, max);
	text = xmalloc(room + 2);
	r = read_all(fd, text, room, &len);
	if (r < 0) {
		explicit_bzero(text, room + 2);
		free(text);
		return r;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int file_read(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	return read_file(path, max, false, ret_text, ret_len);
}

int file_read_secret_text(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	return read_file(path, max, true, ret_text, ret_len);
}

int file_read_secret(const char *path, size_t max, char **ret_secret)
{
	char *text, *start, *end;
	size_t len;
	int r;

	r = read_file(path, max, true, &text, &len);
	if (r < 0)
		return r;
	start = text + strspn(text, " \t\r\n");
	end = start + strcspn(start, "\r\n");
	while (end > start && strchr(" \t", end[-1]) != NULL)
		end--;
	if (end > start)
		*ret_secret = xstrndup(start, (size_t)(end - start));
	else
		r = -ENODATA;
	explicit_bzero(text, len);
	free(text);
	return r;
}

const char *file_strerror(int error)
{
	switch (error) {
	case -EPERM:
		return "can be read by every user (chmod o-r it)";
	case -E2BIG:
		return "is too large";
	case -ENODATA:
		return "is empty";
	case -EINVAL:
		return "is no regular file";
	default:
		return strerror(-error);
	}
}
