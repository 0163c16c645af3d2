/* What amounts carry that were binary numbers where they were made: 0.12345600000000001 for 0.123456. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <math.h>

#define OF_AMOUNT 1e-15 /* some eight operations on doubles behind the amount of a call: prices, products, sums */
#define OF_SUM 1.2e-16	/* one more, of its result */

double ak_recon_inexact(struct ak_num a)
{
	static const __int128 least = (__int128)1000000000000000; /* sixteen digits: a decimal that somebody meant has fewer */

	for (; a.scale && a.v % 10 == 0; a.scale--)
		a.v /= 10;
	return a.scale && ak_num_abs(a).v >= least ? fabs(ak_num_double(a)) : 0;
}

void ak_recon_add_call(struct ak_reconcile *r, struct money *m, struct ak_num cost)
{
	ak_recon_add_money(r, &m->gateway, cost);
	m->inexact_calls += ak_recon_inexact(cost);
}

double ak_recon_noise(const struct cell *c, const struct money *m)
{
	return OF_AMOUNT * (m->inexact_calls + m->inexact) + OF_SUM * (double)c->g.n.n[REQUESTS] * m->inexact;
}

bool ak_recon_is_noise(const struct cell *c, const struct money *m, struct ak_num amount)
{
	return fabs(ak_num_double(amount)) <= ak_recon_noise(c, m);
}
