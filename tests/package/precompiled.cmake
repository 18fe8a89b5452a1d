# SPDX-License-Identifier: BSL-1.0
# For projects under test: their sources begin with the header that is precompiled, whatever they include first.
add_compile_options("SHELL:-include polyport/polyport.hpp")
