#include "importer/importer.h"

int main(int argc, char **argv)
{
    return service_main(&importer_service, argc, argv);
}
