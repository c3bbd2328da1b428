// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/elf_core_header.h"

#include "base/error.h"

#include <bit>
#include <cstring>
#include <elf.h>
#include <fmt/format.h>

namespace rmemcheck {
namespace {

/// A note of the smallest kind: the kernel refuses a header that has none.
struct Note {
  Elf64_Nhdr header;
  char name[8]; // a multiple of four bytes
  std::uint32_t description;
};

struct CoreHeader {
  Elf64_Ehdr file;
  Elf64_Phdr notes;
  Elf64_Phdr memory;
  Note note;
  Note end; // of zeros
};

Elf64_Ehdr header_of(const std::string &program) {
  Elf64_Ehdr header{};
  if (program.size() >= sizeof(header))
    std::memcpy(&header, program.data(), sizeof(header));
  static_assert(std::endian::native == std::endian::little);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB)
    throw bad_input("linux,elfcorehdr: expected a machine that is 64-bit and little-endian");
  return header;
}

Elf64_Ehdr core_file_header(const std::string &program) {
  const Elf64_Ehdr of_program = header_of(program);
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, of_program.e_ident, EI_NIDENT);
  header.e_type = ET_CORE;
  header.e_machine = of_program.e_machine;
  header.e_version = EV_CURRENT;
  header.e_phoff = offsetof(CoreHeader, notes);
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 2;
  return header;
}

} // namespace

MemoryImage elf_core_header(const PhysicalRange &place, const PhysicalRange &memory,
                            const std::string &program) {
  CoreHeader core{};
  core.file = core_file_header(program);
  if (place.size() < sizeof(core))
    throw bad_input(fmt::format("linux,elfcorehdr: {} bytes, expected at least {}", place.size(),
                                sizeof(core)));
  core.notes.p_type = PT_NOTE;
  core.notes.p_offset = core.notes.p_paddr = place.begin + offsetof(CoreHeader, note);
  core.notes.p_filesz = core.notes.p_memsz = sizeof(core.note) + sizeof(core.end);
  core.memory.p_type = PT_LOAD;
  core.memory.p_flags = PF_R | PF_W | PF_X;
  core.memory.p_offset = core.memory.p_paddr = memory.begin;
  core.memory.p_filesz = core.memory.p_memsz = memory.size();
  core.note.header = {5, sizeof(core.note.description), NT_PRSTATUS};
  std::memcpy(core.note.name, "CORE", 5);
  return {place.begin, std::string(reinterpret_cast<const char *>(&core), sizeof(core))};
}

} // namespace rmemcheck
