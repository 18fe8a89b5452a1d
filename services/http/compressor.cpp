// SPDX-License-Identifier: BSL-1.0
#include "services/http/compressor.hpp"

#include "common/runtime.hpp"
#include "common/worker_pool.hpp"

#include <boost/asio/post.hpp>

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <unistd.h>

namespace polyport::http {
namespace {

constexpr int gzip_level = 6;
constexpr int gzip_window = 15 + 16; // 16: with the gzip header, not zlib's
constexpr int gzip_memory = 8;
constexpr int zstd_level = 6;
constexpr int brotli_quality = 5;
constexpr std::size_t max_in_vain = 1024;

std::string gzip(std::string_view bytes)
{
    z_stream state{};
    if (::deflateInit2(&state, gzip_level, Z_DEFLATED, gzip_window, gzip_memory, Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    std::string out(::deflateBound(&state, bytes.size()), '\0');
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    state.avail_in = static_cast<uInt>(bytes.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    bool const done = ::deflate(&state, Z_FINISH) == Z_STREAM_END;
    out.resize(done ? state.total_out : 0);
    ::deflateEnd(&state);
    return out;
}

std::string zstandard(std::string_view bytes)
{
    std::string out(::ZSTD_compressBound(bytes.size()), '\0');
    auto const size = ::ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), zstd_level);
    out.resize(::ZSTD_isError(size) != 0 ? 0 : size);
    return out;
}

std::string brotli(std::string_view bytes)
{
    std::size_t size = ::BrotliEncoderMaxCompressedSize(bytes.size());
    std::string out(size, '\0');
    bool const done = ::BrotliEncoderCompress(brotli_quality, BROTLI_DEFAULT_WINDOW, BROTLI_DEFAULT_MODE,
                                              bytes.size(), reinterpret_cast<uint8_t const*>(bytes.data()),
                                              &size, reinterpret_cast<uint8_t*>(out.data())) == BROTLI_TRUE;
    out.resize(done ? size : 0);
    return out;
}

std::string bytes_of(representation const& form)
{
    if (form.in_memory())
        return form.content;
    std::string bytes(static_cast<std::size_t>(form.size), '\0');
    ssize_t const count = ::pread(form.file->get(), bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes.size() == form.size ? bytes : std::string();
}

} // namespace

std::string compress(content_coding coding, std::string_view bytes)
{
    switch (coding) {
    case content_coding::gzip:
        return gzip(bytes);
    case content_coding::zstd:
        return zstandard(bytes);
    case content_coding::br:
        return brotli(bytes);
    case content_coding::identity:
        break;
    }
    return {};
}

void compressor::request(file_cache::entry const& file, content_coding coding)
{
    if (coding == content_coding::identity || waiting_.size() >= max_waiting ||
        in_vain_.contains(file->identity().etag) || !waiting_.emplace(file->identity().etag, coding).second)
        return;
    owner_.background().run([this, file, coding] {
        auto content = compress(coding, bytes_of(file->identity()));
        boost::asio::post(owner_.context(), [this, file, coding, content = std::move(content)]() mutable {
            finished(file, coding, std::move(content));
        });
    });
}

void compressor::finished(file_cache::entry const& file, content_coding coding, std::string content)
{
    waiting_.erase({file->identity().etag, coding});
    if (content.empty() || content.size() >= file->identity().size) {
        if (in_vain_.size() >= max_in_vain)
            in_vain_.clear();
        in_vain_.insert(file->identity().etag);
        return;
    }
    files_.replace(*file, with_form(*file, coding, std::move(content)));
}

} // namespace polyport::http
