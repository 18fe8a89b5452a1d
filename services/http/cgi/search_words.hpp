// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyport::cgi {

/// The command line of an "indexed" query (RFC 3875 section 4.4): the query's words, which '+' separates,
/// decoded. For GET and HEAD alone. Empty, so that the program gets no arguments, if the query
/// - is empty or has an unencoded '=': it is a form's;
/// - has an empty word, a broken percent-encoding or a NUL: the section asks for none then;
/// - has a word that begins with '-': as an option it would change what the program does, which is how
///   `?-s` made php-cgi print its source (CVE-2012-1823). The query is in QUERY_STRING anyway.
std::vector<std::string> search_words(std::string_view query);

} // namespace polyport::cgi
