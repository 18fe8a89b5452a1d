// SPDX-License-Identifier: BSL-1.0
// The one place where the function bodies of Beast are compiled (BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/beast/src.hpp>
