//go:build ignore

/* An echo server of libuv: one loop, one thread, one buffer for all reads.
 *
 *     cc -O2 -o echo_uv echo_uv.c -luv && ./echo_uv
 *
 * It binds 127.0.0.1 on a port of the system's choice, prints "listening ADDRESS",
 * and echoes until its standard input ends.
 *
 * What has come is written at once; what the peer does not take is copied, and
 * written before anything more is read. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

enum { BUFFER = 64 << 10, BACKLOG = 4096 };

static char buffer[BUFFER];

/* What a connection has not taken yet. */
struct rest {
	uv_write_t request;
	char data[];
};

static void die(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, uv_strerror(err));
	exit(1);
}

static void check(const char *what, int err)
{
	if (err < 0)
		die(what, err);
}

static void freed(uv_handle_t *handle)
{
	free(handle);
}

static void lose(uv_stream_t *conn)
{
	if (!uv_is_closing((uv_handle_t *)conn))
		uv_close((uv_handle_t *)conn, freed);
}

static void allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(buffer, BUFFER);
}

static void echo(uv_stream_t *conn, ssize_t n, const uv_buf_t *buf);

static void taken(uv_write_t *request, int err)
{
	uv_stream_t *conn = request->handle;
	free(request);
	if (err < 0)
		lose(conn);
	else
		check("uv_read_start", uv_read_start(conn, allocate, echo));
}

static void keep(uv_stream_t *conn, const char *data, size_t size)
{
	struct rest *r = malloc(sizeof *r + size);
	if (!r)
		die("malloc", UV_ENOMEM);
	memcpy(r->data, data, size);
	uv_buf_t rest = uv_buf_init(r->data, size);
	uv_read_stop(conn);
	check("uv_write", uv_write(&r->request, conn, &rest, 1, taken));
}

static void echo(uv_stream_t *conn, ssize_t n, const uv_buf_t *buf)
{
	if (n == 0)
		return; /* nothing there after all */
	if (n < 0) {
		lose(conn);
		return;
	}
	uv_buf_t all = uv_buf_init(buf->base, n);
	int wrote = uv_try_write(conn, &all, 1);
	if (wrote == UV_EAGAIN)
		wrote = 0;
	if (wrote < 0)
		lose(conn);
	else if (wrote < n)
		keep(conn, buf->base + wrote, n - wrote);
}

static void welcome(uv_stream_t *listener, int err)
{
	check("uv_listen", err);
	uv_tcp_t *conn = malloc(sizeof *conn);
	if (!conn)
		die("malloc", UV_ENOMEM);
	check("uv_tcp_init", uv_tcp_init(listener->loop, conn));
	if (uv_accept(listener, (uv_stream_t *)conn) < 0 || uv_tcp_nodelay(conn, 1) < 0)
		lose((uv_stream_t *)conn);
	else
		check("uv_read_start", uv_read_start((uv_stream_t *)conn, allocate, echo));
}

static void input(uv_stream_t *in, ssize_t n, const uv_buf_t *buf)
{
	(void)in;
	(void)buf;
	if (n < 0)
		exit(0);
}

/* Ends the process when the standard input, a pipe or a terminal, ends. */
static void watch_input(uv_loop_t *loop, uv_pipe_t *in)
{
	check("uv_pipe_init", uv_pipe_init(loop, in, 0));
	check("uv_pipe_open", uv_pipe_open(in, 0));
	check("uv_read_start", uv_read_start((uv_stream_t *)in, allocate, input));
}

static void open_listener(uv_loop_t *loop, uv_tcp_t *listener)
{
	struct sockaddr_in addr;
	int size = sizeof addr;
	check("uv_ip4_addr", uv_ip4_addr("127.0.0.1", 0, &addr));
	check("uv_tcp_init", uv_tcp_init(loop, listener));
	check("uv_tcp_bind", uv_tcp_bind(listener, (struct sockaddr *)&addr, 0));
	check("uv_listen", uv_listen((uv_stream_t *)listener, BACKLOG, welcome));
	check("uv_tcp_getsockname", uv_tcp_getsockname(listener, (struct sockaddr *)&addr, &size));
	printf("listening 127.0.0.1:%d\n", ntohs(addr.sin_port));
	fflush(stdout);
}

/* As many descriptors as the system allows. */
static void raise_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(void)
{
	uv_loop_t *loop = uv_default_loop();
	uv_tcp_t listener;
	uv_pipe_t in;

	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	watch_input(loop, &in);
	open_listener(loop, &listener);
	return uv_run(loop, UV_RUN_DEFAULT);
}
