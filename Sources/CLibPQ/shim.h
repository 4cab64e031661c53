#pragma once
#include <libpq-fe.h>
#include <stdbool.h>

// The cells of a row as libpq keeps them. A page has nineteen thousand cells, and two calls for each, PQgetvalue and
// PQgetlength, cost as much as writing them as JSON. How a PGresult begins is libpq's own business, though it has not
// changed since PostgreSQL 8.0, so pq_cells_are_known() asks before anybody looks.
struct pq_cell {
  int length;  // -1 for NULL
  const char *start;
};
struct pq_result {
  int rows;
  int columns;
  const void *descriptions;
  const struct pq_cell *const *cells;
};

static inline const struct pq_cell *pq_cells(const PGresult *result, int row) {
  return ((const struct pq_result *)result)->cells[row];
}

// Makes a small result with libpq's public functions and compares what they say of it with what lies there.
static inline bool pq_cells_are_known(void) {
  PGresAttDesc columns[2] = {{.name = "a"}, {.name = "b"}};
  PGresult *made = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
  const struct pq_result *seen = (const struct pq_result *)made;
  bool known = made && PQsetResultAttrs(made, 2, columns) && PQsetvalue(made, 0, 0, "first", 5) &&
               PQsetvalue(made, 0, 1, NULL, -1) && PQsetvalue(made, 1, 0, "", 0) && PQsetvalue(made, 1, 1, "last", 4) &&
               PQsetvalue(made, 2, 0, "more", 4) && seen->rows == 3 && seen->columns == 2;
  for (int row = 0; known && row < 2; row++)
    for (int column = 0; known && column < 2; column++) {
      const struct pq_cell *cell = &pq_cells(made, row)[column];
      known = PQgetisnull(made, row, column)
                  ? cell->length == -1
                  : cell->length == PQgetlength(made, row, column) && cell->start == PQgetvalue(made, row, column);
    }
  PQclear(made);
  return known;
}
