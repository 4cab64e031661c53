#pragma once
#include <sys/prctl.h>
#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

// prctl is variadic, which Swift cannot call. Names the calling thread; the kernel keeps 15 bytes.
static inline void odbc_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
