// SPDX-License-Identifier: BSL-1.0
#include "services/service_table.hpp"

int main(int argc, char** argv)
{
    return polyport::run(argc, argv, polyport::builtin_services());
}
