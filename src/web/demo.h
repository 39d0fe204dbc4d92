#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct import;
struct propre;

/*
 * The demo data inside the program: 500 posts of a real cosmetics brand in 2014 (src/measure/demo/README.md has
 * source, licence and citation).
 */
str demo_csv(void);
str demo_file_name(void);
/* demo_is(import): whether it is of the demo data and stands. */
bool demo_is(const struct import *import);
/* demo_standing(propre, workspace, keep, ret, error): the import of the demo data that stands; 0: none. */
must_use enum fault demo_standing(struct propre *propre, int64_t workspace, struct arena *keep,
                                  int64_t *ret, struct error *error);
