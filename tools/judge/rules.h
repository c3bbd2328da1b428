// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "judge/judge.h"

#include <optional>
#include <string>

namespace rmemcheck {

// One function a rule; what each demands stands beside its name in judge.cc. None of them fills
// in the name of its rule: that is apply()'s.

// recording.cc
RuleResult check_recorded(const Expectation &expectation, const Evidence &evidence);
RuleResult check_logged(const Expectation &expectation, const Evidence &evidence);
RuleResult check_nothing_extra(const Expectation &expectation, const Evidence &evidence);
/// How many of the regions that must be recorded are: found, with the right base and size. Nothing
/// where neither the probe nor the log could show them.
std::optional<std::size_t> count_recorded(const Expectation &expectation, const Evidence &evidence);

// memblock.cc
RuleResult check_reserved(const Expectation &expectation, const Evidence &evidence);
RuleResult check_given_back(const Expectation &expectation, const Evidence &evidence);
RuleResult check_no_map_memblock(const Expectation &expectation, const Evidence &evidence);

// mapping.cc
RuleResult check_no_map_unmapped(const Expectation &expectation, const Evidence &evidence);
RuleResult check_mapped_present(const Expectation &expectation, const Evidence &evidence);
RuleResult check_ram_mapped(const Expectation &expectation, const Evidence &evidence);
RuleResult check_probe_mapping(const Expectation &expectation, const Evidence &evidence);

/// Whether the probe has tried every page of every no-map region in RAM and could read none.
bool probe_reads_no_map_nowhere(const Expectation &expectation, const Evidence &evidence);

// iomem.cc
RuleResult check_iomem(const Expectation &expectation, const Evidence &evidence);

// own_memory.cc
RuleResult check_own_memory(const Expectation &expectation, const Evidence &evidence);

// all_ram.cc
RuleResult check_all_ram(const Expectation &expectation, const Evidence &evidence);

// placement.cc
RuleResult check_placement(const Expectation &expectation, const Evidence &evidence);

// init.cc
RuleResult check_init(const Expectation &expectation, const Evidence &evidence);

// default_cma.cc
RuleResult check_default_cma(const Expectation &expectation, const Evidence &evidence);

// device_memory.cc
RuleResult check_device_memory(const Expectation &expectation, const Evidence &evidence);

// elfcorehdr.cc
RuleResult check_elfcorehdr(const Expectation &expectation, const Evidence &evidence);

// efi.cc
RuleResult check_efi_runtime(const Expectation &expectation, const Evidence &evidence);

// kunit.cc
RuleResult check_kunit(const Expectation &expectation, const Evidence &evidence);

// left_out.cc
RuleResult check_left_out(const Expectation &expectation, const Evidence &evidence);

// witnesses.cc
RuleResult check_witnesses(const Expectation &expectation, const Evidence &evidence);
/// What the kernel can show and has not, by name.
std::vector<std::string> missing_witnesses(const Expectation &expectation,
                                           const Evidence &evidence);

// no_error.cc
RuleResult check_no_error(const Expectation &expectation, const Evidence &evidence);

// log.cc
RuleResult check_known_errors(const Expectation &expectation, const Evidence &evidence);
RuleResult check_no_warning(const Expectation &expectation, const Evidence &evidence);

/// Runs one rule; its name stands in the result and in every finding.
RuleResult apply(const Rule &rule, const Expectation &expectation, const Evidence &evidence);

/// Sets outcome and reason of a verdict whose rules have run.
void decide(Verdict &verdict, Ending ending, const std::string &ending_reason);

} // namespace rmemcheck
