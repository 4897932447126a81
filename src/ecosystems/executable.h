#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace narrows::ecosystems {

// Whether a file that begins so (16 bytes are enough) is an executable or a library: ELF, PE,
// Mach-O, or a universal binary of several Mach-O ones.
bool IsExecutable(std::string_view head);

// The tables of an executable file: which bytes of it stand where in memory. Views into the
// content, which must outlive it; only the tables are read, so the rest of a mapped file is not
// touched. Thread-safe.
//
// By the System V ABI ("Object Files"), Microsoft's "PE Format" and <mach-o/loader.h>.
class Executable {
 public:
  struct Region {
    std::string_view name;  // of a section; segments have none in ELF
    uint64_t address = 0;
    std::string_view bytes;   // what the file has of it
    bool plain_data = false;  // initialised, writable, not executable
  };

  // Nothing when it is none of those or its header is cut off; entries of a table that lie outside
  // the file have no bytes. Of a universal binary, its first part.
  static std::optional<Executable> Parse(std::string_view content);

  bool big_endian() const { return big_endian_; }
  const std::vector<Region>& sections() const { return sections_; }
  // What is mapped at run time: ELF's and Mach-O's loaded segments, the sections of PE.
  const std::vector<Region>& segments() const { return segments_; }

  // The first section of that name; null when there is none.
  const Region* Section(std::string_view name) const;

  // The bytes at an address, at most `most`; empty where the file has none.
  std::string_view At(uint64_t address, size_t most) const;

 private:
  struct Fields;
  bool ReadElf(std::string_view content);
  bool ReadPe(std::string_view content);
  bool ReadMachO(std::string_view content);
  void ReadElfSections(std::string_view content, const Fields& header, bool wide);
  void ReadMachOSegment(std::string_view content, const Fields& command, bool wide);

  bool big_endian_ = false;
  std::vector<Region> sections_;
  std::vector<Region> segments_;
};

}  // namespace narrows::ecosystems
