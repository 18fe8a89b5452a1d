// SPDX-License-Identifier: BSL-1.0
#include "services/http/file_cache.hpp"

#include <utility>

namespace polyport::http {
namespace {

constexpr std::chrono::seconds looked_at_every{1};

} // namespace

file_cache::entry file_cache::find(std::string_view key, time_point now,
                                   std::function<bool(served_file const&)> const& still_same)
{
    auto const found = by_key_.find(key);
    if (found == by_key_.end())
        return nullptr;
    auto const which = found->second;
    if (now - which->checked >= looked_at_every) {
        if (!still_same(*which->file)) {
            drop(which);
            return nullptr;
        }
        which->checked = now;
    }
    used_.splice(used_.begin(), used_, which);
    return which->file;
}

void file_cache::keep(std::string key, entry file, time_point now)
{
    std::size_t const memory = file->memory();
    std::size_t const files = file->open_files();
    if (memory > max_bytes_ || files > max_open_files)
        return;
    if (auto const old = by_key_.find(key); old != by_key_.end())
        drop(old->second);
    while (bytes_ + memory > max_bytes_ || used_.size() >= max_entries ||
           open_files_ + files > max_open_files)
        drop(std::prev(used_.end()));
    bytes_ += memory;
    open_files_ += files;
    used_.push_front({std::move(key), std::move(file), now});
    by_key_.emplace(used_.front().key, used_.begin());
}

void file_cache::forget(served_file const& known)
{
    for (auto which = used_.begin(); which != used_.end();) {
        auto const here = which++;
        if (here->file.get() == &known)
            drop(here);
    }
}

void file_cache::replace(served_file const& known, entry better)
{
    for (auto which = used_.begin(); which != used_.end();) {
        auto const here = which++;
        if (here->file.get() != &known)
            continue;
        auto key = here->key;
        auto const checked = here->checked;
        drop(here);
        keep(std::move(key), better, checked);
    }
}

void file_cache::drop(slots::iterator which)
{
    bytes_ -= which->file->memory();
    open_files_ -= which->file->open_files();
    by_key_.erase(which->key);
    used_.erase(which);
}

} // namespace polyport::http
