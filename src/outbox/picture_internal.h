#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "outbox/picture.h"
#include "place/sniff.h"

/* Between parent and child: what is wanted, and the head of the answer, behind which the bytes follow. */
struct picture_order {
    str bytes;
    enum sniff_type type;
    int64_t bytes_max, pixels_max;
    int32_t width_max;
    bool jpeg, png; /* accepted */
};

enum picture_outcome {
    PICTURE_NONE, /* the child died on it */
    PICTURE_DONE,
    PICTURE_UNREADABLE,
    PICTURE_TOO_LARGE,
    PICTURE_NO_LIBRARY,
    PICTURE_NO_SANDBOX
};

struct picture_answer {
    int32_t outcome; /* enum picture_outcome: it comes from a process that is not trusted */
    int32_t width, height, was_width, was_height;
    int32_t is_png, had_words, first_frame, lost_alpha;
    int64_t bytes;
};

/* picture_child(order, fd): in the child: decodes, answers on ${fd}, never returns. */
_Noreturn void picture_child(const struct picture_order *order, int fd);
/* picture_confine(): from here on nothing but computing and the open descriptors; false: not possible here. */
bool picture_confine(void);
/* picture_bound(): the time and memory the process may take. */
bool picture_bound(void);
