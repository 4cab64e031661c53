/* A customer's JSON out of PostgreSQL's binary rows, for c_server.c. */
#pragma once
#include <emmintrin.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 19, ID = 0, BIRTH = 3, LOGIN = 5 };

#define NAMES(X) \
  X("customer_id") X("first_name") X("last_name") X("date_of_birth") X("email") X("last_login_dt") \
  X("last_login_ip") X("country_origin") X("home_country") X("home_city") X("home_street") \
  X("home_building_number") X("work_country") X("work_city") X("work_street") X("work_building_number") \
  X("mobile_phone") X("home_phone") X("work_phone")

static const struct {
  const char *text;
  size_t length;
} keys[COLUMNS] = {
#define KEY(name) {",\"" name "\":", sizeof(name) + 3},
    NAMES(KEY)
#undef KEY
};

typedef struct {
  char *bytes;
  size_t used, capacity;
} buffer;

static inline char *reserve(buffer *b, size_t extra) {
  if (b->capacity - b->used < extra) {
    while (b->capacity - b->used < extra) b->capacity = b->capacity ? 2 * b->capacity : 1 << 16;
    if (!(b->bytes = realloc(b->bytes, b->capacity))) abort();
  }
  return b->bytes + b->used;
}

static inline void append(buffer *b, const char *text, size_t length) {
  memcpy(reserve(b, length), text, length);
  b->used += length;
}

static inline char *digits(char *out, unsigned value, int width) {
  for (int i = width - 1; i >= 0; i--, value /= 10) out[i] = (char)('0' + value % 10);
  return out + width;
}

static inline char *number(char *out, int64_t value) {
  char text[20];
  int at = 20;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do text[--at] = (char)('0' + rest % 10); while (rest /= 10);
  if (value < 0) *out++ = '-';
  memcpy(out, text + at, (size_t)(20 - at));
  return out + 20 - at;
}

/* YYYY-MM-DD for days since 2000 (Howard Hinnant's civil_from_days). */
static inline char *date(char *out, int64_t days) {
  int64_t z = days + 10957 + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
  unsigned day_of_era = (unsigned)(z - era * 146097);
  unsigned year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  unsigned day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
  unsigned month = (5 * day_of_year + 2) / 153, day = day_of_year - (153 * month + 2) / 5 + 1;
  month = month < 10 ? month + 3 : month - 9;
  out = digits(out, (unsigned)(era * 400) + year + (month <= 2), 4);
  *out++ = '-';
  out = digits(out, month, 2);
  *out++ = '-';
  return digits(out, day, 2);
}

/* YYYY-MM-DD HH:MM:SS.mmm for microseconds since 2000. */
static inline char *timestamp(char *out, int64_t microseconds) {
  int64_t days = microseconds / 86400000000, rest = microseconds % 86400000000;
  if (rest < 0) days--, rest += 86400000000;
  unsigned ms = (unsigned)(rest / 1000);
  out = date(out, days);
  *out++ = ' ';
  out = digits(out, ms / 3600000, 2);
  *out++ = ':';
  out = digits(out, ms / 60000 % 60, 2);
  *out++ = ':';
  out = digits(out, ms / 1000 % 60, 2);
  *out++ = '.';
  return digits(out, ms % 1000, 3);
}

static inline char *escaped(char *out, const char *text, size_t length) {
  const char *end = text + length;
  while (end - text >= 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)text);
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
    __m128i quote = _mm_or_si128(
        _mm_cmpeq_epi8(block, _mm_set1_epi8('"')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
    if (_mm_movemask_epi8(_mm_or_si128(control, quote))) break;
    _mm_storeu_si128((__m128i *)out, block);
    text += 16, out += 16;
  }
  for (; text < end; text++) {
    unsigned char c = (unsigned char)*text;
    if (c >= 0x20 && c != '"' && c != '\\') {
      *out++ = (char)c;
      continue;
    }
    *out++ = '\\';
    switch (c) {
      case '"': case '\\': *out++ = (char)c; break;
      case '\n': *out++ = 'n'; break;
      case '\r': *out++ = 'r'; break;
      case '\t': *out++ = 't'; break;
      case '\b': *out++ = 'b'; break;
      case '\f': *out++ = 'f'; break;
      default:
        memcpy(out, "u00", 3);
        out[3] = "0123456789abcdef"[c >> 4];
        out[4] = "0123456789abcdef"[c & 15];
        out += 5;
    }
  }
  return out;
}

static inline int64_t big_endian_64(const char *bytes) {
  uint64_t value;
  memcpy(&value, bytes, 8);
  return (int64_t)__builtin_bswap64(value);
}

static inline int32_t big_endian_32(const char *bytes) {
  uint32_t value;
  memcpy(&value, bytes, 4);
  return (int32_t)__builtin_bswap32(value);
}

static inline void append_customer(buffer *b, const PGresult *rows, int row) {
  for (int column = 0; column < COLUMNS; column++) {
    size_t length = (size_t)PQgetlength(rows, row, column);
    char *out = reserve(b, keys[column].length + 6 * length + 40);
    memcpy(out, keys[column].text, keys[column].length);
    if (column == 0) *out = '{';
    out += keys[column].length;
    const char *value = PQgetvalue(rows, row, column);
    if (PQgetisnull(rows, row, column)) {
      memcpy(out, "null", 4);
      out += 4;
    } else if (column == ID) {
      out = number(out, big_endian_64(value));
    } else {
      *out++ = '"';
      if (column == BIRTH) out = date(out, big_endian_32(value));
      else if (column == LOGIN) out = timestamp(out, big_endian_64(value));
      else out = escaped(out, value, length);
      *out++ = '"';
    }
    b->used = (size_t)(out - b->bytes);
  }
  append(b, "}", 1);
}
