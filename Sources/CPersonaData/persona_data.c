#include "persona_data.h"

/* Aligned, so that the numbers in it can be read as such. */
static const unsigned char personas[] __attribute__((aligned(16))) = {
#embed "personas.bin"
};

const void *roster_persona_data(void) { return personas; }

size_t roster_persona_data_size(void) { return sizeof personas; }
