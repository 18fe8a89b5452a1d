// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/responder.hpp"
#include "services/http/workspace.hpp"

#include <memory>
#include <utility>

namespace polyport::http {

/// A workspace for as long as there are requests to answer.
class lent_workspace {
public:
    explicit lent_workspace(responder& host) : host_(host), w_(host.borrow_workspace()) {}
    lent_workspace(lent_workspace const&) = delete;
    lent_workspace& operator=(lent_workspace const&) = delete;
    ~lent_workspace() { host_.give_back(std::move(w_)); }
    workspace& operator*() const noexcept { return *w_; }

private:
    responder& host_;
    std::unique_ptr<workspace> w_;
};

} // namespace polyport::http
