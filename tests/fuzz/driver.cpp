// SPDX-License-Identifier: BSL-1.0
// Stands in for libFuzzer where there is no Clang: replays the seeds, then feeds what random changes make of
// them for some seconds. It does not look at coverage, so that it finds less in the same time. Usage:
// NAME_fuzz MILLISECONDS SEED FOLDER…; the same seed makes the same inputs.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

constexpr std::size_t longest_input = 4096;

// For the one handler of failures, which has no argument.
std::string current;

void save_current()
{
    constexpr auto* name = "failing-input";
    int const file = ::open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    [[maybe_unused]] auto const written = ::write(file, current.data(), current.size());
    ::close(file);
    std::fprintf(stderr, "the input that failed (%zu bytes) is in %s\n", current.size(), name);
}

void on_abort(int)
{
    save_current();
    std::_Exit(134);
}

void run_one(std::string input)
{
    current = std::move(input);
    // A copy of its very size, so that a sanitizer sees each byte that is read behind it.
    std::vector<std::uint8_t> const exact(current.begin(), current.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::vector<std::string> read_seeds(int count, char** folders)
{
    std::vector<std::string> seeds{""};
    for (int i = 0; i < count; ++i) {
        for (auto const& entry : std::filesystem::directory_iterator(folders[i])) {
            std::ifstream file(entry.path(), std::ios::binary);
            seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        }
    }
    std::sort(seeds.begin(), seeds.end()); // the same order on every file system
    return seeds;
}

class mutator {
public:
    mutator(std::uint64_t seed, std::vector<std::string> const& seeds) : random_(seed), seeds_(seeds) {}

    std::string next()
    {
        std::string input = seeds_[below(seeds_.size())];
        for (std::size_t changes = 1 + below(4); changes > 0; --changes)
            change(input);
        input.resize(std::min(input.size(), longest_input));
        return input;
    }

private:
    std::size_t below(std::size_t end)
    {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }
    char byte() { return static_cast<char>(below(256)); }

    void change(std::string& input)
    {
        static constexpr std::array<std::string_view, 24> words{"\r\n",
                                                                "\n",
                                                                {"\0", 1},
                                                                "%00",
                                                                "%2e%2e",
                                                                "/../",
                                                                "-1",
                                                                "18446744073709551615",
                                                                "9223372036854775808",
                                                                "0x0",
                                                                ",",
                                                                ";",
                                                                "=",
                                                                "\"",
                                                                "\\",
                                                                ":",
                                                                " ",
                                                                "\t",
                                                                "*",
                                                                "0-0",
                                                                "\xff",
                                                                "gzip;q=0",
                                                                "chunked",
                                                                "\xc3\xa4"};
        std::size_t const at = below(input.size() + 1);
        switch (below(7)) {
        case 0:
            input.insert(at, 1, byte());
            break;
        case 1:
            input.insert(at, words[below(words.size())]);
            break;
        case 2: // a piece of another
            if (auto const& other = seeds_[below(seeds_.size())]; !other.empty())
                input.insert(at, other, below(other.size()), 1 + below(64));
            break;
        case 3: // a piece twice
            input.insert(at, input.substr(below(input.size() + 1), 1 + below(64)));
            break;
        case 4:
            input.erase(at, 1 + below(16));
            break;
        case 5:
            input.resize(at);
            break;
        default:
            if (at < input.size())
                input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
            break;
        }
    }

    std::mt19937_64 random_;
    std::vector<std::string> const& seeds_;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3) {
        std::fputs("usage: NAME_fuzz MILLISECONDS SEED FOLDER…\n", stderr);
        return 2;
    }
    std::signal(SIGABRT, on_abort);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(save_current);
#endif
    auto const seeds = read_seeds(argc - 3, argv + 3);
    for (auto const& seed : seeds)
        run_one(seed);
    auto const end = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::atol(argv[1]));
    mutator inputs(std::strtoull(argv[2], nullptr, 10), seeds);
    std::uint64_t done = 0;
    for (; std::chrono::steady_clock::now() < end; ++done)
        run_one(inputs.next());
    std::printf("%zu seeds, %llu inputs made of them\n", seeds.size(), static_cast<unsigned long long>(done));
}
