/* What this process is made of: the program and the libraries that the system loaded for it, each with its version, where the library says
 * it, and its build ID, which names the very bytes. CycloneDX 1.5, without a time or a number of its own: the same program with the same
 * libraries gives the same document. */
#ifndef AK_BASE_SBOM_H
#define AK_BASE_SBOM_H

#include <jansson.h>

#include "base/err.h"

#define AK_BUILD_ID 65 /* hex with its NUL */

#ifdef __cplusplus
extern "C" {
#endif

/* The program's own, "" where it was linked without. Nothing is read from the disk. */
const char *ak_build_id(char out[AK_BUILD_ID]);
/* The document; the caller's. */
json_t *ak_sbom(void);
/* SHA-256 of its text as `auditkit version --sbom` prints it. */
enum ak_rc ak_sbom_digest(char hex[65], struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
