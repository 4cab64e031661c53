// The one part of simdjson that Roster uses: its first stage, which checks UTF-8 and finds the start of every
// token of a document at some gigabytes a second. What the tokens mean is decided in Swift, token by token, so
// nothing is skipped unseen (On-Demand does not validate what it skips), nothing is copied, and the caller needs
// no padding behind the document. The library picks the implementation for the machine's CPU when it runs;
// On-Demand is compiled into the caller, for the oldest CPU the build allows.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct roster_json_indexer roster_json_indexer;

/// A new indexer, or NULL without memory.
roster_json_indexer *roster_json_indexer_create(void);
void roster_json_indexer_destroy(roster_json_indexer *indexer);

/// Finds the tokens of the document. Returns 0, or simdjson's error code.
///
/// `tokens` then points at `count` ascending offsets and one more that equals `length`. They are good until the
/// next call. A token begins at a bracket, a brace, a colon, a comma, an opening quote or the first byte of
/// anything else that is no white space; no offset lies inside a string.
int roster_json_index(
    roster_json_indexer *indexer, const uint8_t *bytes, size_t length, const uint32_t **tokens, size_t *count);

/// simdjson's name for an error code, as in `UTF8_ERROR`.
const char *roster_json_error_name(int code);

#ifdef __cplusplus
}
#endif
