// getopt_long is GNU's; Glibc's module map of Swift leaves it out.
#pragma once
#include <getopt.h>
#include <stdlib.h>

// getopt keeps its state in C globals, which Swift does not let a caller touch from concurrent code. These
// functions are the only way to it, and the Swift side calls them under one lock.

/// Forgets the last argument vector; 0 (not 1) makes GNU getopt read its mode from the option string again.
static inline void roster_getopt_restart(void) {
  optind = 0;
  opterr = 0;
  optarg = NULL;
  optopt = 0;
}

static inline char *roster_getopt_argument(void) { return optarg; }
static inline int roster_getopt_index(void) { return optind; }
static inline int roster_getopt_culprit(void) { return optopt; }
