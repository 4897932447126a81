#pragma once

// Whether this program carries the runtime of AddressSanitizer or ThreadSanitizer, which needs more
// of the kernel and of memory than the program itself.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NARROWS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NARROWS_SANITIZED 1
#endif
#endif
#ifndef NARROWS_SANITIZED
#define NARROWS_SANITIZED 0
#endif
