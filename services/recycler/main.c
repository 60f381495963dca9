#include "recycler/recycler.h"

int main(int argc, char **argv)
{
    return service_main(&recycler_service, argc, argv);
}
