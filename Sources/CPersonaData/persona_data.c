#include "persona_data.h"
