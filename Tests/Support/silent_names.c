// Names as they are while the name server is silent, for programs that are started with this in LD_PRELOAD.
//
// A host below .roster.test is 127.0.0.1 until the file that SILENT_NAMES names is there. From then on its look-up waits
// for the file to go, a minute at most, and adds a byte to the file when it begins.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int look_up(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  look_up *system = (look_up *)dlsym(RTLD_NEXT, "getaddrinfo");
  const char *file = getenv("SILENT_NAMES");
  const char *end = node ? strstr(node, ".roster.test") : NULL;
  // Whether a host is a number is no question to a name server.
  int isNumber = hints && hints->ai_flags & AI_NUMERICHOST;
  if (!file || !end || strcmp(end, ".roster.test") || isNumber) return system(node, service, hints, found);
  int mark = open(file, O_WRONLY | O_APPEND);
  if (mark < 0) return system("127.0.0.1", service, hints, found);
  if (write(mark, ".", 1) != 1) abort();
  close(mark);
  for (int wait = 0; wait < 600 && access(file, F_OK) == 0; ++wait) usleep(100000);
  return EAI_AGAIN;
}
