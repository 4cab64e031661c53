/* GET /customer/{id} and POST /customers in C on libuv, with libpq's pipeline mode: one thread, two connections.
 *
 *   c_server URL PORT        the key is in ROSTER_API_KEYS
 *
 * The reads that a turn of the loop collected share one sync, and so one system call. It knows what the two routes need
 * and nothing more: no limits in time, no logs, no way back from a lost database. */
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <uv.h>

#include "customer_json.h"

enum { CONNECTIONS = 2, QUEUE = 1 << 16 };

#define FIELDS \
  "customer_id, first_name, last_name, date_of_birth, email, last_login_dt, last_login_ip, country_origin, " \
  "home_country, home_city, home_street, home_building_number, work_country, work_city, work_street, " \
  "work_building_number, mobile_phone, home_phone, work_phone"

typedef struct client {
  uv_tcp_t tcp;
  bool waits, closed, is_page;
  size_t used;
  char in[16384];
} client;

typedef struct {
  PGconn *pg;
  uv_poll_t poll;
  bool has_open_group;
  int watched;
  unsigned head, tail;
  /* NULL is a sync. */
  client *queue[QUEUE];
} database;

typedef struct {
  uv_write_t request;
  char bytes[];
} late_write;

static database databases[CONNECTIONS];
static buffer head, body;
static const char *api_key;
static size_t api_key_length;
static char date_line[64];
static time_t date_second;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "c_server: %s: %s\n", what, why);
  exit(1);
}

static void check(int result, const char *call) {
  if (result < 0) fail(call, uv_strerror(result));
}

/* Clients */

static void on_close(uv_handle_t *handle) {
  client *c = handle->data;
  c->closed = true;
  if (!c->waits) free(c);
}

static void end(client *c) {
  if (!uv_is_closing((uv_handle_t *)&c->tcp)) uv_close((uv_handle_t *)&c->tcp, on_close);
}

static void on_written(uv_write_t *request, int status) {
  client *c = request->handle->data;
  free(request);
  if (status < 0) end(c);
}

static void respond(client *c, const char *status) {
  time_t now = time(NULL);
  if (now != date_second) {
    struct tm parts;
    strftime(date_line, sizeof date_line, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
    date_second = now;
  }
  head.used = 0;
  char *out = reserve(&head, 256);
  head.used = (size_t)snprintf(
      out, 256, "HTTP/1.1 %s\r\nDate: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", status,
      date_line, body.used);
  uv_buf_t parts[2] = {
      uv_buf_init(head.bytes, (unsigned)head.used), uv_buf_init(body.bytes, (unsigned)body.used)};
  int sent = uv_try_write((uv_stream_t *)&c->tcp, parts, body.used ? 2 : 1);
  size_t length = head.used + body.used;
  if (sent == (int)length) return;
  if (sent < 0 && sent != UV_EAGAIN) return end(c);
  size_t done = sent > 0 ? (size_t)sent : 0;
  size_t from_head = done < head.used ? done : head.used;
  late_write *late = malloc(sizeof *late + length - done);
  if (!late) abort();
  memcpy(late->bytes, head.bytes + from_head, head.used - from_head);
  memcpy(late->bytes + head.used - from_head, body.bytes + (done - from_head), body.used - (done - from_head));
  uv_buf_t rest = uv_buf_init(late->bytes, (unsigned)(length - done));
  check(uv_write(&late->request, (uv_stream_t *)&c->tcp, &rest, 1, on_written), "uv_write");
}

static void refuse(client *c, const char *status) {
  body.used = 0;
  respond(c, status);
}

/* Database */

static void watch(database *d, int events);

static void flush(database *d) {
  int left = PQflush(d->pg);
  if (left < 0) fail("PQflush", PQerrorMessage(d->pg));
  watch(d, left ? UV_READABLE | UV_WRITABLE : UV_READABLE);
}

static void query(client *c, int64_t first, int32_t records) {
  database *d = &databases[0];
  for (int i = 1; i < CONNECTIONS; i++)
    if (databases[i].tail - databases[i].head < d->tail - d->head) d = &databases[i];
  uint64_t first_bytes = __builtin_bswap64((uint64_t)first), limit_bytes = __builtin_bswap64((uint64_t)records);
  const char *values[2] = {(char *)&first_bytes, (char *)&limit_bytes};
  int lengths[2] = {8, 8}, formats[2] = {1, 1};
  c->is_page = records > 0;
  if (!PQsendQueryPrepared(
          d->pg, c->is_page ? "page" : "single", c->is_page ? 2 : 1, values, lengths, formats, 1))
    fail("PQsendQueryPrepared", PQerrorMessage(d->pg));
  d->queue[d->tail++ % QUEUE] = c;
  d->has_open_group = true;
  c->waits = true;
}

static void read_requests(client *c);

static void answer(client *c, const PGresult *rows) {
  c->waits = false;
  if (c->closed) return free(c);
  int count = PQntuples(rows);
  if (PQresultStatus(rows) != PGRES_TUPLES_OK) {
    fprintf(stderr, "c_server: %s", PQresultErrorMessage(rows));
    refuse(c, "500 Internal Server Error");
  } else if (!c->is_page && count == 0) {
    refuse(c, "404 Not Found");
  } else {
    body.used = 0;
    if (c->is_page) append(&body, "[", 1);
    for (int row = 0; row < count; row++) {
      if (row) append(&body, ",", 1);
      append_customer(&body, rows, row);
    }
    if (c->is_page) append(&body, "]", 1);
    respond(c, "200 OK");
  }
  read_requests(c);
}

static void on_database(uv_poll_t *poll, int status, int events) {
  database *d = poll->data;
  check(status, "uv_poll");
  if (events & UV_READABLE) {
    if (!PQconsumeInput(d->pg)) fail("PQconsumeInput", PQerrorMessage(d->pg));
    while (d->head != d->tail && !PQisBusy(d->pg)) {
      PGresult *rows = PQgetResult(d->pg);
      if (!rows) continue;
      client *c = d->queue[d->head++ % QUEUE];
      if (c) answer(c, rows);
      PQclear(rows);
    }
  }
  if (events & UV_WRITABLE) flush(d);
}

static void watch(database *d, int events) {
  if (d->watched == events) return;
  d->watched = events;
  check(uv_poll_start(&d->poll, events, on_database), "uv_poll_start");
}

/* The end of a turn: all that it collected goes out. */
static void on_prepare(uv_prepare_t *prepare) {
  (void)prepare;
  for (int i = 0; i < CONNECTIONS; i++) {
    database *d = &databases[i];
    if (!d->has_open_group) continue;
    d->has_open_group = false;
    if (!PQpipelineSync(d->pg)) fail("PQpipelineSync", PQerrorMessage(d->pg));
    d->queue[d->tail++ % QUEUE] = NULL;
    flush(d);
  }
}

static void run(PGconn *pg, PGresult *result) {
  if (PQresultStatus(result) != PGRES_COMMAND_OK) fail("PostgreSQL", PQerrorMessage(pg));
  PQclear(result);
}

static void open_database(uv_loop_t *loop, database *d, const char *url) {
  d->pg = PQconnectdb(url);
  if (PQstatus(d->pg) != CONNECTION_OK) fail("cannot connect", PQerrorMessage(d->pg));
  run(d->pg, PQprepare(d->pg, "single", "SELECT " FIELDS " FROM customers WHERE customer_id = $1", 0, NULL));
  run(d->pg,
      PQprepare(
          d->pg, "page", "SELECT " FIELDS " FROM customers WHERE customer_id > $1 ORDER BY customer_id LIMIT $2", 0,
          NULL));
  if (PQsetnonblocking(d->pg, 1) || !PQenterPipelineMode(d->pg)) fail("libpq", PQerrorMessage(d->pg));
  check(uv_poll_init(loop, &d->poll, PQsocket(d->pg)), "uv_poll_init");
  d->poll.data = d;
  watch(d, UV_READABLE);
}

/* Requests */

static bool has_key(const char *from, const char *to) {
  const char name[] = "X-CUTSOM-AUTH: ";
  for (const char *line = from; line < to; line = memchr(line, '\n', (size_t)(to - line)) + 1) {
    if ((size_t)(to - line) < sizeof name + api_key_length || strncasecmp(line, name, sizeof name - 1)) continue;
    const char *value = line + sizeof name - 1;
    unsigned char difference = value[api_key_length] ^ '\r';
    for (size_t i = 0; i < api_key_length; i++) difference |= (unsigned char)(value[i] ^ api_key[i]);
    return difference == 0;
  }
  return false;
}

static bool parse_number(const char **at, int64_t *value) {
  const char *begin = *at;
  for (*value = 0; **at >= '0' && **at <= '9'; ++*at)
    if (__builtin_mul_overflow(*value, 10, value) || __builtin_add_overflow(*value, **at - '0', value)) return false;
  return *at > begin;
}

static void route(client *c, const char *line, const char *end_of_head) {
  int64_t number, records = 100;
  if (!has_key(memchr(line, '\n', (size_t)(end_of_head - line)) + 1, end_of_head)) {
    refuse(c, "401 Unauthorized");
  } else if (!strncmp(line, "GET /customer/", 14)) {
    const char *at = line + 14;
    if (parse_number(&at, &number) && *at == ' ') query(c, number, 0);
    else refuse(c, "404 Not Found");
  } else if (!strncmp(line, "POST /customers?previous_id=", 28)) {
    const char *at = line + 28;
    bool is_good = parse_number(&at, &number);
    if (is_good && !strncmp(at, "&records=", 9)) {
      at += 9;
      is_good = parse_number(&at, &records);
    }
    if (is_good && *at == ' ' && records >= 1 && records <= 1000) query(c, number, (int32_t)records);
    else refuse(c, "400 Bad Request");
  } else {
    refuse(c, "404 Not Found");
  }
}

static void read_requests(client *c) {
  while (!c->waits && !uv_is_closing((uv_handle_t *)&c->tcp)) {
    char *end_of_head = memmem(c->in, c->used, "\r\n\r\n", 4);
    if (!end_of_head) {
      if (c->used == sizeof c->in) end(c);
      return;
    }
    size_t length = (size_t)(end_of_head + 4 - c->in);
    route(c, c->in, end_of_head + 2);
    c->used -= length;
    memmove(c->in, c->in + length, c->used);
  }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *room) {
  (void)suggested;
  client *c = handle->data;
  *room = uv_buf_init(c->in + c->used, (unsigned)(sizeof c->in - c->used));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *room) {
  (void)room;
  client *c = stream->data;
  if (count < 0) return end(c);
  c->used += (size_t)count;
  read_requests(c);
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
  api_key = getenv("ROSTER_API_KEYS");
  if (count != 3 || !api_key) {
    fprintf(stderr, "usage: ROSTER_API_KEYS=KEY c_server URL PORT\n");
    return 2;
  }
  api_key_length = strlen(api_key);
  uv_loop_t *loop = uv_default_loop();
  for (int i = 0; i < CONNECTIONS; i++) open_database(loop, &databases[i], arguments[1]);
  uv_prepare_t prepare;
  check(uv_prepare_init(loop, &prepare), "uv_prepare_init");
  check(uv_prepare_start(&prepare, on_prepare), "uv_prepare_start");
  uv_tcp_t server;
  struct sockaddr_in address;
  check(uv_ip4_addr("127.0.0.1", atoi(arguments[2]), &address), "uv_ip4_addr");
  check(uv_tcp_init(loop, &server), "uv_tcp_init");
  check(uv_tcp_bind(&server, (struct sockaddr *)&address, 0), "uv_tcp_bind");
  check(uv_listen((uv_stream_t *)&server, 1024, on_connection), "uv_listen");
  return uv_run(loop, UV_RUN_DEFAULT);
}
