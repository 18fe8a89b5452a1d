// SPDX-License-Identifier: BSL-1.0
#include "services/http/document_root.hpp"
#include "tests/unit/common/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

using namespace polyport;
using namespace polyport::http;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view inside = "inside\n";
constexpr std::string_view secret = "the secret beside the root\n";

struct tree {
    test::temporary_folder folder;
    fs::path root = folder / "root";
    fs::path base = root.parent_path();

    tree()
    {
        fs::create_directories(root / "sub/deeper");
        std::ofstream(root / "file") << inside;
        std::ofstream(base / "secret") << secret;
        fs::create_directories(base / "root-twin");
        std::ofstream(base / "root-twin/file") << secret;
        fs::create_symlink("../file", root / "sub/up");
        fs::create_symlink("../../file", root / "sub/deeper/up");
        fs::create_symlink(root / "file", root / "absolute");
        fs::create_symlink(root / "none", root / "nowhere");
        fs::create_symlink("../secret", root / "leak");
        fs::create_symlink(base / "secret", root / "absolute-leak");
        fs::create_symlink("../root-twin", root / "twin");
        fs::create_symlink(base, root / "above");
        fs::create_symlink("loop", root / "loop");
        fs::create_symlink("/proc/self/fd", root / "magic");
    }
};

/// What is in the file, or the reason why it cannot be had.
std::string seen(document_root const& root, std::string const& path)
{
    auto const file = root.open(path);
    auto const status = root.status(path);
    BOOST_TEST(file.has_value() == status.has_value(), path);
    if (!file) {
        BOOST_TEST(file.error() == status.error(), path);
        return file.error().value() == EXDEV ? "leads out" : std::to_string(file.error().value());
    }
    std::array<char, 100> text{};
    auto const size = ::read(file->get(), text.data(), text.size());
    return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

void check_all(document_root const& root)
{
    struct {
        char const* path;
        std::string seen;
    } const table[] = {
        {"/file", std::string(inside)},
        {"/sub/up", std::string(inside)},
        {"/sub/deeper/up", std::string(inside)},
        {"/absolute", std::string(inside)},
        {"/leak", "leads out"},
        {"/absolute-leak", "leads out"},
        {"/twin/file", "leads out"},
        {"/above/secret", "leads out"},
        {"/above/root/file", std::string(inside)}, // what counts is where it lies
        {"/magic", "leads out"},
        {"/nowhere", std::to_string(ENOENT)},
        {"/none", std::to_string(ENOENT)},
        {"/file/more", std::to_string(ENOTDIR)},
        {"/loop", std::to_string(ELOOP)},
    };
    for (auto const& row : table)
        BOOST_TEST(seen(root, row.path) == row.seen, row.path);
    BOOST_TEST(root.open_directory("/sub").has_value());
    BOOST_TEST(root.open_directory("/").has_value());
    BOOST_TEST(!root.open_directory("/twin").has_value());
}

template <int Code>
int failing(int, char const*, open_how const&) noexcept
{
    errno = Code;
    return -1;
}

int calls = 0;

int busy_at_first(int directory, char const* path, open_how const& how) noexcept
{
    return ++calls < 3 ? failing<EAGAIN>(directory, path, how) : kernel_openat2(directory, path, how);
}

} // namespace

BOOST_AUTO_TEST_SUITE(document_roots)

BOOST_AUTO_TEST_CASE(the_kernel_keeps_every_path_inside)
{
    tree const files;
    check_all(document_root(files.root, symlink_policy::inside));
}

// Kernels before 5.6; filters of system calls; and one that is too busy renaming to tell where ".." leads.
BOOST_AUTO_TEST_CASE(so_do_we_where_the_kernel_cannot)
{
    tree const files;
    for (auto const call : {failing<ENOSYS>, failing<EPERM>, failing<EAGAIN>})
        check_all(document_root(files.root, symlink_policy::inside, call));
}

BOOST_AUTO_TEST_CASE(a_kernel_that_wants_to_be_asked_again_is)
{
    tree const files;
    document_root const root(files.root, symlink_policy::inside, busy_at_first);
    calls = 0;
    BOOST_TEST(root.status("/sub/up").has_value());
    BOOST_TEST(calls == 3);
}

BOOST_AUTO_TEST_CASE(links_may_lead_anywhere_if_they_shall)
{
    tree const files;
    document_root const root(files.root, symlink_policy::follow, failing<ENOSYS>);
    BOOST_TEST(seen(root, "/leak") == secret);
    BOOST_TEST(seen(root, "/twin/file") == secret);
}

BOOST_AUTO_TEST_SUITE_END()
