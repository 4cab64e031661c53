/* A server without a database: gives the same bytes to every request, as fast as libuv does.
 *
 *   responder PORT FILE      FILE holds a whole answer, head and body
 *
 * What Roster's server takes more than this is what the database, the request's parsing and the JSON cost. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static char answer[1 << 20];
static size_t answer_length;

typedef struct {
  uv_tcp_t tcp;
  size_t used;
  char in[16384];
} client;

typedef struct {
  uv_write_t request;
  char bytes[];
} late_write;

static void check(int result, const char *call) {
  if (result >= 0) return;
  fprintf(stderr, "responder: %s: %s\n", call, uv_strerror(result));
  exit(1);
}

static void on_close(uv_handle_t *handle) { free(handle->data); }

static void end(client *c) {
  if (!uv_is_closing((uv_handle_t *)&c->tcp)) uv_close((uv_handle_t *)&c->tcp, on_close);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)suggested;
  client *c = handle->data;
  *buffer = uv_buf_init(c->in + c->used, (unsigned)(sizeof c->in - c->used));
}

static void on_written(uv_write_t *request, int status) {
  client *c = request->handle->data;
  free(request);
  if (status < 0) end(c);
}

static void respond(client *c) {
  uv_buf_t buffer = uv_buf_init(answer, (unsigned)answer_length);
  int sent = uv_try_write((uv_stream_t *)&c->tcp, &buffer, 1);
  if (sent == (int)answer_length) return;
  if (sent < 0 && sent != UV_EAGAIN) return end(c);
  size_t from = sent > 0 ? (size_t)sent : 0;
  late_write *late = malloc(sizeof *late + answer_length - from);
  if (!late) abort();
  memcpy(late->bytes, answer + from, answer_length - from);
  buffer = uv_buf_init(late->bytes, (unsigned)(answer_length - from));
  check(uv_write(&late->request, (uv_stream_t *)&c->tcp, &buffer, 1, on_written), "uv_write");
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
  (void)buffer;
  client *c = stream->data;
  if (count < 0) return end(c);
  c->used += (size_t)count;
  char *head_end;
  while ((head_end = memmem(c->in, c->used, "\r\n\r\n", 4))) {
    size_t length = (size_t)(head_end + 4 - c->in);
    c->used -= length;
    memmove(c->in, c->in + length, c->used);
    respond(c);
  }
  if (c->used == sizeof c->in) end(c);
}

static void on_connection(uv_stream_t *server, int status) {
  check(status, "uv_listen");
  client *c = calloc(1, sizeof *c);
  if (!c) abort();
  check(uv_tcp_init(server->loop, &c->tcp), "uv_tcp_init");
  c->tcp.data = c;
  check(uv_accept(server, (uv_stream_t *)&c->tcp), "uv_accept");
  check(uv_tcp_nodelay(&c->tcp, true), "uv_tcp_nodelay");
  check(uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read), "uv_read_start");
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: responder PORT FILE\n");
    return 2;
  }
  FILE *file = fopen(arguments[2], "rb");
  if (!file || !(answer_length = fread(answer, 1, sizeof answer, file))) {
    fprintf(stderr, "responder: cannot read %s\n", arguments[2]);
    return 1;
  }
  fclose(file);
  uv_loop_t *loop = uv_default_loop();
  uv_tcp_t server;
  struct sockaddr_in address;
  check(uv_ip4_addr("127.0.0.1", atoi(arguments[1]), &address), "uv_ip4_addr");
  check(uv_tcp_init(loop, &server), "uv_tcp_init");
  check(uv_tcp_bind(&server, (struct sockaddr *)&address, 0), "uv_tcp_bind");
  check(uv_listen((uv_stream_t *)&server, 1024, on_connection), "uv_listen");
  return uv_run(loop, UV_RUN_DEFAULT);
}
