//go:build ignore

/* An echo server on one thread: epoll, level-triggered, one buffer for all. It is
 * the floor that the other servers are compared with.
 *
 *     cc -O2 -o echo echo.c && ./echo
 *
 * It binds 127.0.0.1 on a port of the kernel's choice, prints "listening ADDRESS",
 * and echoes until its standard input, a pipe or a terminal, ends.
 *
 * A connection that takes less than it is sent is not read until it has taken the
 * rest; only then it has memory of its own. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 64 << 10, EVENTS = 512, BACKLOG = 4096 };

/* What a connection has not taken yet. */
struct rest {
	size_t from, to;
	char data[];
};

static int ep, listener;
static struct rest **rests; /* by descriptor; NULL when all was taken */
static int room;            /* how many descriptors rests has room for */
static char buffer[BUFFER];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void watch(int op, int fd, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.fd = fd};
	if (epoll_ctl(ep, op, fd, &ev) < 0)
		die("epoll_ctl");
}

static void make_room(int fd)
{
	if (fd < room)
		return;
	int want = room ? room : 64;
	while (want <= fd)
		want *= 2;
	rests = realloc(rests, want * sizeof *rests);
	if (!rests)
		die("realloc");
	memset(rests + room, 0, (want - room) * sizeof *rests);
	room = want;
}

static void lose(int fd)
{
	free(rests[fd]);
	rests[fd] = NULL;
	close(fd);
}

static void welcome(void)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EAGAIN)
				return;
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			die("accept4");
		}
		int on = 1;
		if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
			die("setsockopt");
		make_room(fd);
		watch(EPOLL_CTL_ADD, fd, EPOLLIN);
	}
}

/* Returns how much was taken, or -1 when the connection is lost. */
static ssize_t give(int fd, const char *data, size_t size)
{
	ssize_t n;
	do
		n = write(fd, data, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	return n;
}

static void keep(int fd, const char *data, size_t size)
{
	struct rest *r = malloc(sizeof *r + size);
	if (!r)
		die("malloc");
	r->from = 0;
	r->to = size;
	memcpy(r->data, data, size);
	rests[fd] = r;
	watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void echo(int fd)
{
	ssize_t n;
	do
		n = read(fd, buffer, sizeof buffer);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		lose(fd);
		return;
	}
	ssize_t taken = give(fd, buffer, n);
	if (taken < 0)
		lose(fd);
	else if (taken < n)
		keep(fd, buffer + taken, n - taken);
}

static void give_rest(int fd)
{
	struct rest *r = rests[fd];
	ssize_t taken = give(fd, r->data + r->from, r->to - r->from);
	if (taken < 0) {
		lose(fd);
		return;
	}
	r->from += taken;
	if (r->from < r->to)
		return;
	free(r);
	rests[fd] = NULL;
	watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void open_listener(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof addr;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener < 0)
		die("socket");
	if (bind(listener, (struct sockaddr *)&addr, sizeof addr) < 0)
		die("bind");
	if (listen(listener, BACKLOG) < 0)
		die("listen");
	if (getsockname(listener, (struct sockaddr *)&addr, &size) < 0)
		die("getsockname");
	printf("listening 127.0.0.1:%d\n", ntohs(addr.sin_port));
	fflush(stdout);
}

/* As many descriptors as the system allows. */
static void raise_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("setrlimit");
}

static int input_ended(void)
{
	ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);
	return n == 0 || (n < 0 && errno != EINTR);
}

int main(void)
{
	static struct epoll_event events[EVENTS];

	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	ep = epoll_create1(EPOLL_CLOEXEC);
	if (ep < 0)
		die("epoll_create1");
	watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
	open_listener();
	watch(EPOLL_CTL_ADD, listener, EPOLLIN);
	for (;;) {
		int n = epoll_wait(ep, events, EVENTS, -1);
		if (n < 0 && errno != EINTR)
			die("epoll_wait");
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;
			if (fd == listener)
				welcome();
			else if (fd == STDIN_FILENO) {
				if (input_ended())
					return 0;
			} else if (rests[fd])
				give_rest(fd);
			else
				echo(fd);
		}
	}
}
