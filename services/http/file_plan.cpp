// SPDX-License-Identifier: BSL-1.0
#include "services/http/file_plan.hpp"

#include "services/http/compressor.hpp"
#include "services/http/conditions.hpp"
#include "services/http/etag.hpp"
#include "services/http/http_service.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace polyport::http {
namespace {

constexpr std::size_t max_ranges = 128;

// A download of a precompressed neighbour goes on with parts of that. Those that were compressed here have no
// parts: another version of the library might make other bytes of the same file.
representation const* form_to_resume(exchange& x, served_file const& file)
{
    if (file.compressible || !x.head.has(known_field::if_range))
        return nullptr;
    std::string_view named = x.head.value(known_field::if_range);
    auto const tag = take_entity_tag(named);
    if (!tag || !named.empty())
        return nullptr;
    auto const found = std::find_if(file.forms.begin(), file.forms.end(), [&](representation const& form) {
        std::string_view text = form.etag;
        auto const own = take_entity_tag(text);
        return own && match_strongly(*tag, *own);
    });
    return found == file.forms.end() ? nullptr : &*found;
}

// The best form that the client takes and that is there; asks for a better one to be made for the next.
representation const& choose_form(http_service& service, exchange& x, file_cache::entry const& file)
{
    auto const& plain = file->identity();
    if (!x.head.has(known_field::accept_encoding) || (file->forms.size() == 1 && !file->compressible))
        return plain;
    std::string scratch;
    auto const accepted = x.head.combined(known_field::accept_encoding, scratch);
    if (x.head.has(known_field::range)) { // a part of a compressed file is of use to few
        auto const* const begun = form_to_resume(x, *file);
        return begun && choose_coding(accepted, coding_set().add(begun->coding)) ? *begun : plain;
    }
    auto const best = choose_coding(accepted, file->codings());
    if (file->compressible) {
        auto const wanted = choose_coding(accepted, compressor::codings());
        if (wanted && !file->form(*wanted))
            service.compression().request(file, *wanted);
    }
    auto const* const form = best ? file->form(*best) : nullptr;
    return form ? *form : plain; // nothing acceptable: the field is disregarded (RFC 9110, 12.5.3)
}

} // namespace

file_plan plan_file(http_service& service, exchange& x, file_cache::entry const& file)
{
    file_plan p;
    p.form = &choose_form(service, x, file);
    auto const now = service.now();
    validators const current{p.form->etag, file->modified, true};
    switch (evaluate_preconditions(x.head, current, now)) {
    case precondition::not_modified:
        p.code = status::not_modified;
        return p;
    case precondition::failed:
        p.code = status::precondition_failed;
        return p;
    case precondition::proceed:
        break;
    }
    if (!x.head.has(known_field::range) || !range_applies(x.head, current, now))
        return p;
    switch (parse_ranges(x.head.value(known_field::range), p.form->size, max_ranges, p.ranges)) {
    case range_verdict::whole:
        break;
    case range_verdict::partial:
        p.code = status::partial_content;
        break;
    case range_verdict::unsatisfiable:
        p.code = status::range_not_satisfiable;
        break;
    }
    return p;
}

} // namespace polyport::http
