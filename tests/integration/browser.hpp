// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tests/integration/process.hpp"
#include "tests/integration/sockets.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::integration {

/// Chromium without a window, steered over a pipe (Chrome DevTools Protocol). One page.
class browser {
public:
    /// The program of this machine; empty if there is none.
    static std::string program();

    browser();
    browser(browser const&) = delete;
    browser& operator=(browser const&) = delete;
    ~browser();

    /// Opens a page and waits until it is loaded.
    void open(std::string const& url);
    void set_size(int width, int height, bool phone, bool dark);
    /// The value of an expression; a promise is waited for. Throws if it throws.
    boost::json::value evaluate(std::string const& expression);
    /// Whether it becomes true, by and by.
    bool becomes_true(std::string const& expression, milliseconds limit = patience);
    /// A key of the keyboard: "Tab", "Enter", "Escape".
    void press(std::string const& key);
    /// A picture of the whole page, as PNG.
    void save_picture(std::filesystem::path const& path);

    /// What the page has complained of: exceptions, errors of the console, refused resources.
    std::vector<std::string> const& complaints() const noexcept { return complaints_; }

private:
    boost::json::object call(std::string_view method, boost::json::object parameters = {});
    boost::json::object receive();
    void note(boost::json::object const& event);

    temporary_directory profile_;
    unique_fd commands_;
    unique_fd answers_;
    std::optional<child_process> child_;
    std::string held_;
    std::string session_;
    int last_id_ = 0;
    bool loaded_ = false;
    std::vector<std::string> complaints_;
};

} // namespace polyport::integration
