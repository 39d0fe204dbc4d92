#pragma once
#include "place/query.h"

/* The queries of every room; NULL behind the last room. */
extern const struct query *const *const all_queries[];
