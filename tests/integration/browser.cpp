// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/browser.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace polyport::integration {
namespace {

namespace json = boost::json;

std::string text_of(json::object const& from, std::string_view name)
{
    auto const* const found = from.if_contains(json::string_view(name.data(), name.size()));
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

int value_of(char c)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    auto const at = letters.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string from_base64(std::string_view text)
{
    std::string bytes;
    unsigned held = 0;
    int bits = 0;
    for (char const c : text) {
        int const value = value_of(c);
        if (value < 0)
            break;
        held = (held << 6U) | static_cast<unsigned>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((held >> static_cast<unsigned>(bits)) & 0xffU);
        }
    }
    return bytes;
}

} // namespace

std::string browser::program()
{
    for (auto const* const name : {"chromium", "chromium-browser", "google-chrome"}) {
        auto found = run({"sh", "-c", std::string("command -v ") + name});
        if (found.status == 0)
            return found.out.substr(0, found.out.find('\n'));
    }
    return {};
}

browser::browser()
{
    auto commands = make_pipe();
    auto answers = make_pipe();
    unique_fd const nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    launch_options options;
    options.descriptors = {{nothing.get(), 0},
                           {nothing.get(), 1},
                           {nothing.get(), 2},
                           {commands.read.get(), 3},
                           {answers.write.get(), 4}};
    // Its own sandbox needs rights that a container seldom has; it shows one page of ours.
    child_.emplace(std::vector<std::string>{program(), "--headless", "--no-sandbox", "--disable-gpu",
                                            "--disable-dev-shm-usage", "--no-first-run",
                                            "--disable-extensions", "--disable-background-networking",
                                            "--remote-debugging-pipe",
                                            "--user-data-dir=" + profile_.path().string(), "about:blank"},
                   options);
    commands_ = std::move(commands.write);
    answers_ = std::move(answers.read);
    auto const target = text_of(call("Target.createTarget", {{"url", "about:blank"}}), "targetId");
    session_ = text_of(call("Target.attachToTarget", {{"targetId", target}, {"flatten", true}}), "sessionId");
    for (auto const* const domain : {"Page.enable", "Runtime.enable", "Log.enable"})
        call(domain);
}

browser::~browser()
{
    try {
        session_.clear();
        call("Browser.close");
        child_->wait(milliseconds(5000));
    } catch (std::exception const&) { // it is killed with child_
        return;
    }
}

json::object browser::receive()
{
    auto const end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        if (auto const zero = held_.find('\0'); zero != std::string::npos) {
            auto message = json::parse(held_.substr(0, zero)).as_object();
            held_.erase(0, zero + 1);
            return message;
        }
        pollfd one{answers_.get(), POLLIN, 0};
        if (std::chrono::steady_clock::now() > end ||
            ::poll(&one, 1, static_cast<int>(patience.count())) == 0)
            throw std::runtime_error("the browser does not answer");
        std::array<char, 65'536> block;
        auto const count = ::read(answers_.get(), block.data(), block.size());
        if (count <= 0)
            throw std::runtime_error("the browser has ended");
        held_.append(block.data(), static_cast<std::size_t>(count));
    }
}

void browser::note(json::object const& event)
{
    auto const method = text_of(event, "method");
    if (method == "Page.loadEventFired")
        loaded_ = true;
    auto const text = json::serialize(event);
    bool const bad =
        method == "Runtime.exceptionThrown" ||
        (method == "Runtime.consoleAPICalled" && text.find("\"type\":\"error\"") != std::string::npos) ||
        (method == "Log.entryAdded" && text.find("\"level\":\"error\"") != std::string::npos);
    if (bad)
        complaints_.push_back(text);
}

json::object browser::call(std::string_view method, json::object parameters)
{
    json::object message{{"id", ++last_id_}, {"method", json::string_view(method.data(), method.size())}};
    message["params"] = std::move(parameters);
    if (!session_.empty())
        message["sessionId"] = session_;
    auto text = json::serialize(message) + '\0';
    for (std::string_view left(text); !left.empty();) {
        auto const count = ::write(commands_.get(), left.data(), left.size());
        if (count < 0)
            throw std::system_error(errno, std::generic_category(), "write to the browser");
        left.remove_prefix(static_cast<std::size_t>(count));
    }
    for (;;) {
        auto answer = receive();
        if (!answer.contains("id")) {
            note(answer);
        } else if (answer.at("id").to_number<int>() == last_id_) {
            if (answer.contains("error"))
                throw std::runtime_error(std::string(method) + ": " + json::serialize(answer.at("error")));
            return answer.at("result").as_object();
        }
    }
}

void browser::open(std::string const& url)
{
    loaded_ = false;
    call("Page.navigate", {{"url", url}});
    while (!loaded_)
        note(receive());
}

void browser::set_size(int width, int height, bool phone, bool dark)
{
    call("Emulation.setDeviceMetricsOverride",
         {{"width", width}, {"height", height}, {"deviceScaleFactor", phone ? 2 : 1}, {"mobile", phone}});
    json::array const features{
        json::object{{"name", "prefers-color-scheme"}, {"value", dark ? "dark" : "light"}}};
    call("Emulation.setEmulatedMedia", {{"features", features}});
}

json::value browser::evaluate(std::string const& expression)
{
    auto const answer = call("Runtime.evaluate",
                             {{"expression", expression}, {"awaitPromise", true}, {"returnByValue", true}});
    if (answer.contains("exceptionDetails"))
        throw std::runtime_error(expression + ": " + json::serialize(answer.at("exceptionDetails")));
    auto const& result = answer.at("result").as_object();
    return result.contains("value") ? result.at("value") : json::value();
}

bool browser::becomes_true(std::string const& expression, milliseconds limit)
{
    return eventually([&] { return evaluate("Boolean(" + expression + ")").as_bool(); }, limit);
}

void browser::press(std::string const& key)
{
    int const code = key == "Tab" ? 9 : key == "Enter" ? 13 : 27;
    for (auto const* const type : {"keyDown", "keyUp"}) {
        boost::json::object event{
            {"type", type}, {"key", key}, {"code", key}, {"windowsVirtualKeyCode", code}};
        if (key == "Enter" && type == std::string_view("keyDown"))
            event["text"] = "\r";
        call("Input.dispatchKeyEvent", std::move(event));
    }
}

void browser::save_picture(std::filesystem::path const& path)
{
    auto const metrics = call("Page.getLayoutMetrics");
    auto const& whole = metrics.at("cssContentSize").as_object();
    json::object const clip{
        {"x", 0}, {"y", 0}, {"width", whole.at("width")}, {"height", whole.at("height")}, {"scale", 1}};
    auto const answer =
        call("Page.captureScreenshot", {{"format", "png"}, {"captureBeyondViewport", true}, {"clip", clip}});
    std::ofstream(path, std::ios::binary) << from_base64(text_of(answer, "data"));
}

} // namespace polyport::integration
