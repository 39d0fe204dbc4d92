#pragma once
/*
 * Forced into every file of src/. What is poisoned here does not compile: each name has a bounded,
 * locale-free or injected replacement in base/. The headers that declare the names come first, and no others: each
 * costs every file of the house its reading.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef stpcpy
#undef sprintf
#undef vsprintf
#undef gets
#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets
#pragma GCC poison strtok strtok_r atoi atol atoll atof sscanf
#pragma GCC poison gmtime localtime ctime asctime gmtime_r localtime_r mktime strftime
#pragma GCC poison rand srand random srandom drand48 system popen mktemp tmpnam alloca
