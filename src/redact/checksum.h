/* Check digits of numbers that are given to people. Texts of digits only, unless said otherwise. */
#ifndef AK_REDACT_CHECKSUM_H
#define AK_REDACT_CHECKSUM_H

#include "base/ak.h"

/* ISO/IEC 7812-1, annex B. */
bool ak_check_luhn(struct ak_str digits);
/* ISO 13616: letters and digits, the first four moved to the end, modulo 97 is 1. */
bool ak_check_mod97(struct ak_str iban);
/* The last digit is (offset - sum of weight times digit) modulo `modulus`; 10 of modulo 11 counts as `ten`, -1 as wrong. */
bool ak_check_weighted(struct ak_str digits, const uint8_t *weights, int modulus, int ten);
/* Verhoeff (1969), as in Aadhaar. */
bool ak_check_verhoeff(struct ak_str digits);

#endif
