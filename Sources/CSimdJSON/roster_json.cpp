#include "roster_json.h"
