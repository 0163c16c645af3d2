/* The sets of bytes that a rule of policy.yaml may name, and the redactor's name of each (redact/charset.h). */
#ifndef AK_CONF_CHARSETS_H
#define AK_CONF_CHARSETS_H

/*      name in policy.yaml, AK_SET_..., what it holds */
#define AK_RULE_SETS(X)                                                                                                \
	X(an, AN, "letters and digits")                                                                                \
	X(base32, BASE32, "A-Z and 2-7")                                                                               \
	X(base64, BASE64, "letters, digits and + / =")                                                                 \
	X(dotted, DOTTED, "letters, digits and _ - .")                                                                 \
	X(hex, HEX, "0-9 and a-f")                                                                                     \
	X(lower36, LOWER36, "a-z and digits")                                                                          \
	X(upper36, UPPER36, "A-Z and digits")                                                                          \
	X(url64, URL64, "letters, digits and _ -")                                                                     \
	X(word, WORD, "letters, digits and _")

#endif
