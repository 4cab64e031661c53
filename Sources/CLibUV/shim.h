#pragma once
#include <linux/filter.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <uv.h>

// libuv's handle types start with the same fields and are cast to one another. In Swift each cast would be a
// rebinding of memory; here it is what libuv's documentation shows.
static inline uv_handle_t *loop_as_handle(void *handle) { return (uv_handle_t *)handle; }
static inline uv_stream_t *loop_as_stream(void *handle) { return (uv_stream_t *)handle; }
static inline int loop_cancel(void *request) { return uv_cancel((uv_req_t *)request); }

// Fields are reached through functions: Swift would need the whole struct bound to do the same.
static inline void loop_set_data(void *handle, void *data) { ((uv_handle_t *)handle)->data = data; }
static inline void *loop_data(const void *handle) { return ((const uv_handle_t *)handle)->data; }

// prctl is variadic, which Swift cannot call. Names the calling thread; the kernel keeps 15 bytes.
static inline void loop_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// accept4 is GNU's. Defining _GNU_SOURCE for it would change types that Swift's Glibc module has too, so it is
// declared here.
extern int accept4(int, struct sockaddr *, socklen_t *, int);
static inline int loop_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

// ioctl is variadic as well. Bytes that the kernel holds for the peer: not sent, or not acknowledged.
static inline int loop_unacknowledged(int stream) {
  int count = 0;
  return ioctl(stream, SIOCOUTQ, &count) == 0 ? count : 0;
}

// A filter is an array of instructions, which Swift cannot write down. It drops what asks a listener for a new
// connection (SYN, in the flags at byte 13 of the TCP header) and lets through what belongs to one that has begun.
static inline int loop_drop_newcomers(int listener) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x02, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
  return setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}
