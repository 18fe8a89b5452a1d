// SPDX-License-Identifier: BSL-1.0
// A daemon with every part of the library in it, which then needs all that the library links to.
#include <polyport/polyport.hpp>

int main(int argc, char** argv)
{
    return polyport::run(argc, argv, polyport::builtin_services());
}
