#pragma once

/* SANITIZED: 1 where the address sanitizer watches, which keeps books of its own and maps a shadow of all memory. */
#if defined(__SANITIZE_ADDRESS__) /* gcc's word */
#define SANITIZED 1
#elif defined(__has_feature) /* clang's */
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif
