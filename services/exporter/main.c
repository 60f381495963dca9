#include "exporter/exporter.h"

int main(int argc, char **argv)
{
    return service_main(&exporter_service, argc, argv);
}
