#include "stats/stats.h"

int main(int argc, char **argv)
{
    return service_main(&stats_service, argc, argv);
}
