#pragma once
#include "base/str.h"

/*
 * The demo data inside the program: 500 posts of a real cosmetics brand in 2014 (src/measure/demo/README.md has
 * source, licence and citation).
 */
str demo_csv(void);
str demo_file_name(void);
