// packet2.js PACKET: datapackage.json by profile 1.0, and every row by tableschema. Prints whether it is valid and the number of bad rows.
const fs = require('fs'), path = require('path');
const {validate} = require('datapackage'), {Table} = require('tableschema');
(async () => {
	const dir = process.argv[2] + '/data', d = JSON.parse(fs.readFileSync(dir + '/datapackage.json'));
	let bad = 0;
	for (const r of d.resources)
		for (const row of await (await Table.load(path.join(dir, r.path), {schema: r.schema})).read({forceCast: true}))
			bad += row instanceof Error;
	console.log((await validate(d)).valid, bad);
})();
