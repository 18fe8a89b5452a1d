// SPDX-License-Identifier: BSL-1.0
#pragma once

// Has the name of one of polyport's.
struct run_of_mine {};
