// SPDX-License-Identifier: BSL-1.0
// Four small services of 1983, and everything that polyportd serves itself.
#include "classics.hpp"

#include <polyport/polyport.hpp>

int main(int argc, char** argv)
{
    return polyport::run(argc, argv,
                         {echo_services(), discard_services(), daytime_services(), chargen_services(),
                          polyport::builtin_services()});
}
