#include "base/jsonget.h"
