// SPDX-License-Identifier: BSL-1.0
// The one place where the function bodies of Asio are compiled (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
