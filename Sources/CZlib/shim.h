#ifndef HASHDROP_CZLIB_SHIM_H
#define HASHDROP_CZLIB_SHIM_H

#include <zlib.h>

#endif
