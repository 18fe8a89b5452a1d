// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace polyport {

/// Bytes of a peer made safe for a log, a terminal or JSON. Not printable are: C0 and C1 controls, DEL, bytes
/// that are no UTF-8 (RFC 3629: no overlong forms, no surrogates), and what moves or hides text: line and
/// paragraph separators, bidirectional controls, zero-width and byte-order marks, tags.

/// Valid UTF-8 passes; `\n`, `\r`, `\t`, `\\`, `\"` in short form, every byte that is not printable as
/// `\xHH`: nothing is lost, the text can be read back.
void append_escaped(std::string& out, std::string_view bytes);

/// The value of a NAME=VALUE field: bare where that is unmistakable, otherwise escaped and in quotes.
void append_text_value(std::string& out, std::string_view bytes);

/// A JSON string with its quotes (RFC 8259), valid UTF-8 whatever came in. Characters that are not printable
/// become `\u00XX` or `\uXXXX`; a byte that is no UTF-8 becomes U+FFFD, written `\ufffd`: JSON has no bytes.
void append_json_string(std::string& out, std::string_view bytes);

/// As Apache's access log does: `\"`, `\\`, `\n`, `\r`, `\t`, and `\xhh` for every byte that is not printable
/// ASCII, UTF-8 too; "-" for nothing.
void append_access_value(std::string& out, std::string_view bytes);

} // namespace polyport
