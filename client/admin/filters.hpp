// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include <string>
#include <string_view>

namespace polyport::client {

/// Adds --service, --state and the other options that say which connections are meant.
void add_filters(boost::program_options::options_description& to);

/// `?NAME=VALUE&…` of those that were given; empty for none.
std::string filter_query(boost::program_options::variables_map const& given);

/// `target` with one more parameter; the value is encoded.
void add_parameter(std::string& target, std::string_view name, std::string_view value);

} // namespace polyport::client
