// getopt_long is GNU's; Glibc's module map of Swift leaves it out.
#pragma once
#include <getopt.h>
