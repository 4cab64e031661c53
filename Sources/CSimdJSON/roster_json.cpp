#define SIMDJSON_EXCEPTIONS 0
#include "roster_json.h"

#include <memory>
#include <new>
#include <simdjson.h>

struct roster_json_indexer {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
};

extern "C" roster_json_indexer *roster_json_indexer_create(void) {
  return new (std::nothrow) roster_json_indexer();
}

extern "C" void roster_json_indexer_destroy(roster_json_indexer *indexer) { delete indexer; }

extern "C" int roster_json_index(
    roster_json_indexer *indexer, const uint8_t *bytes, size_t length, const uint32_t **tokens, size_t *count) {
  // The first stage alone never opens a container, so the depth it is told does not matter.
  constexpr size_t depth = 1;
  // Offsets have 32 bits.
  if (length >= UINT32_MAX) return simdjson::CAPACITY;
  if (!indexer->stages) {
    const size_t capacity = length < 4096 ? 4096 : length;
    auto failure = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity, depth, indexer->stages);
    if (failure) return failure;
  } else if (indexer->stages->capacity() < length) {
    // Grown by half more than is needed, so that pages of about one size do not allocate each time.
    auto failure = indexer->stages->set_capacity(length + length / 2);
    if (failure) return failure;
  }
  auto failure = indexer->stages->stage1(bytes, length, simdjson::stage1_mode::regular);
  if (failure) return failure;
  *tokens = indexer->stages->structural_indexes.get();
  *count = indexer->stages->n_structural_indexes;
  return simdjson::SUCCESS;
}

extern "C" const char *roster_json_error_name(int code) {
  switch (code) {
  case simdjson::SUCCESS: return "SUCCESS";
  case simdjson::CAPACITY: return "CAPACITY";
  case simdjson::MEMALLOC: return "MEMALLOC";
  case simdjson::UTF8_ERROR: return "UTF8_ERROR";
  case simdjson::EMPTY: return "EMPTY";
  case simdjson::UNESCAPED_CHARS: return "UNESCAPED_CHARS";
  case simdjson::UNCLOSED_STRING: return "UNCLOSED_STRING";
  case simdjson::UNSUPPORTED_ARCHITECTURE: return "UNSUPPORTED_ARCHITECTURE";
  default: return "UNEXPECTED_ERROR";
  }
}
