#ifndef ROSTER_PERSONA_DATA_H
#define ROSTER_PERSONA_DATA_H

#include <stddef.h>

/* The resource that README.md beside persona_data.c describes. It lives as long as the process. */
const void *roster_persona_data(void);

/* Its size in bytes. */
size_t roster_persona_data_size(void);

#endif
