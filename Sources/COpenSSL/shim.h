#ifndef HASHDROP_COPENSSL_SHIM_H
#define HASHDROP_COPENSSL_SHIM_H

// The parts of libcrypto that hashdrop uses: digests, scrypt, and a comparison in constant time.
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#endif
