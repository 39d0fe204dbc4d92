#pragma once
#include "measure/result.h"

/* result_like(search, arena): for LIKE, with its own signs escaped: "50%" finds itself and nothing else. */
str result_like(str search, struct arena *arena);
