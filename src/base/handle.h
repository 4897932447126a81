#pragma once

#include <memory>

namespace narrows {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

// Owns what a C library gave and `Free` takes back.
template <typename T, auto Free>
using Handle = std::unique_ptr<T, FreeWith<Free>>;

}  // namespace narrows
