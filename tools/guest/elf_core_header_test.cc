// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/elf_core_header.h"

#include "base/error.h"

#include <cstring>
#include <elf.h>
#include <gtest/gtest.h>

namespace rmemcheck {
namespace {

constexpr PhysicalRange place{0x50000000, 0x50010000};
constexpr PhysicalRange ram{0x40000000, 0x80000000};

std::string program(unsigned char elf_class, Elf64_Half machine) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = elf_class;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_machine = machine;
  return {reinterpret_cast<const char *>(&header), sizeof(header)};
}

template <typename Header> Header at(const MemoryImage &image, std::uint64_t offset) {
  Header header{};
  EXPECT_LE(offset + sizeof(header), image.bytes.size());
  std::memcpy(&header, image.bytes.data() + offset, sizeof(header));
  return header;
}

TEST(ElfCoreHeader, IsACoreFileOfTheMachine) {
  const MemoryImage image = elf_core_header(place, ram, program(ELFCLASS64, EM_AARCH64));
  EXPECT_EQ(image.address, place.begin);
  const auto file = at<Elf64_Ehdr>(image, 0);
  EXPECT_EQ(file.e_type, ET_CORE);
  EXPECT_EQ(file.e_machine, EM_AARCH64);
  ASSERT_EQ(file.e_phnum, 2);
  const auto memory = at<Elf64_Phdr>(image, file.e_phoff + file.e_phentsize);
  EXPECT_EQ(memory.p_type, static_cast<Elf64_Word>(PT_LOAD));
  EXPECT_EQ(memory.p_paddr, ram.begin);
  EXPECT_EQ(memory.p_memsz, ram.size());
}

TEST(ElfCoreHeader, HasANoteThatIsNotEmpty) {
  const MemoryImage image = elf_core_header(place, ram, program(ELFCLASS64, EM_RISCV));
  const auto notes = at<Elf64_Phdr>(image, at<Elf64_Ehdr>(image, 0).e_phoff);
  EXPECT_EQ(notes.p_type, static_cast<Elf64_Word>(PT_NOTE));
  const auto note = at<Elf64_Nhdr>(image, notes.p_offset - place.begin);
  EXPECT_EQ(note.n_namesz, 5u);
  EXPECT_NE(note.n_descsz, 0u);
}

TEST(ElfCoreHeader, RefusesWhatItCannotMake) {
  EXPECT_THROW(elf_core_header(place, ram, program(ELFCLASS32, EM_ARM)), Error);
  EXPECT_THROW(elf_core_header(place, ram, "no program"), Error);
  EXPECT_THROW(elf_core_header({0, 64}, ram, program(ELFCLASS64, EM_AARCH64)), Error);
}

} // namespace
} // namespace rmemcheck
