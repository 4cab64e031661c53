#pragma once
#include <curl/curl.h>

// curl_easy_setopt, curl_multi_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one function for
// each type of argument. The names are in parentheses to pass by curl's macros of the same names, which check types
// only where the option is a constant.
static inline CURLcode client_set_long(CURL *easy, CURLoption option, long value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode client_set_size(CURL *easy, CURLoption option, curl_off_t value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode client_set_text(CURL *easy, CURLoption option, const char *value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode client_set_pointer(CURL *easy, CURLoption option, void *value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode client_set_writer(CURL *easy, curl_write_callback writer, void *context) {
  CURLcode code = (curl_easy_setopt)(easy, CURLOPT_WRITEFUNCTION, writer);
  return code ? code : (curl_easy_setopt)(easy, CURLOPT_WRITEDATA, context);
}
static inline CURLcode client_set_header_reader(CURL *easy, curl_write_callback reader, void *context) {
  CURLcode code = (curl_easy_setopt)(easy, CURLOPT_HEADERFUNCTION, reader);
  return code ? code : (curl_easy_setopt)(easy, CURLOPT_HEADERDATA, context);
}
static inline CURLcode client_set_reader(CURL *easy, curl_read_callback reader, void *context) {
  CURLcode code = (curl_easy_setopt)(easy, CURLOPT_READFUNCTION, reader);
  return code ? code : (curl_easy_setopt)(easy, CURLOPT_READDATA, context);
}
static inline CURLcode client_get_long(CURL *easy, CURLINFO info, long *value) {
  return (curl_easy_getinfo)(easy, info, value);
}
static inline CURLcode client_get_size(CURL *easy, CURLINFO info, curl_off_t *value) {
  return (curl_easy_getinfo)(easy, info, value);
}
static inline CURLMcode client_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return (curl_multi_setopt)(multi, option, value);
}
static inline CURLMcode client_multi_set_callbacks(
    CURLM *multi, curl_socket_callback onSocket, curl_multi_timer_callback onTimer, void *context) {
  CURLMcode code = (curl_multi_setopt)(multi, CURLMOPT_SOCKETFUNCTION, onSocket);
  if (!code) code = (curl_multi_setopt)(multi, CURLMOPT_SOCKETDATA, context);
  if (!code) code = (curl_multi_setopt)(multi, CURLMOPT_TIMERFUNCTION, onTimer);
  if (!code) code = (curl_multi_setopt)(multi, CURLMOPT_TIMERDATA, context);
  return code;
}

// A message holds its result in a union, which Swift imports as raw storage.
static inline CURLcode client_message_result(const CURLMsg *message) { return message->data.result; }
