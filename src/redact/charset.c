#include "base/ak.h"
#include "redact/charset.h"

const uint16_t ak_charset[256] = {
	[0 ... ' '] = AK_CS_BLANK,
	['"'] = AK_CS_QUOTE,
	['\''] = AK_CS_QUOTE,
	['`'] = AK_CS_QUOTE,
	['$'] = AK_CS_DOLLAR,
	['%'] = AK_CS_ESCAPE,
	['&'] = AK_CS_ESCAPE,
	['\\'] = AK_CS_ESCAPE,
	['+'] = AK_CS_PLUS,
	['-'] = AK_CS_DASH,
	['.'] = AK_CS_DOT,
	['/'] = AK_CS_SLASH,
	['0' ... '1'] = AK_CS_DIGIT | AK_CS_HEX,
	['2' ... '7'] = AK_CS_DIGIT | AK_CS_HEX | AK_CS_BASE32,
	['8' ... '9'] = AK_CS_DIGIT | AK_CS_HEX,
	['='] = AK_CS_EQUAL,
	['A' ... 'Z'] = AK_CS_UPPER | AK_CS_BASE32,
	['_'] = AK_CS_UNDER,
	['a' ... 'f'] = AK_CS_LOWER | AK_CS_HEX,
	['g' ... 'z'] = AK_CS_LOWER,
	['~'] = AK_CS_TILDE,
	[0x7f] = AK_CS_BLANK,
	[0x80 ... 0xff] = AK_CS_ESCAPE,
};
