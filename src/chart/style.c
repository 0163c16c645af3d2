#include "base/ak.h"
#include "chart/chart.h"

/* Each colour has 4.5 to 1 against the page, light and dark. Lines differ by their dashes too; on paper and for who sees no
 * colours the first series are told apart by how dark they are. */
const char ak_chart_style[] =
	":root { --c1: #2d5f9e; --c2: #b3541e; --c3: #2f7d4f; --c4: #7b4ea3; --c5: #806300; --c6: #666; --cx: #b3261e; }\n"
	"@media (prefers-color-scheme: dark) { :root { --c1: #8db8ee; --c2: #f0a276; --c3: #86cf98; --c4: #c9a6ee; --c5: "
	"#e0c35a; --c6: #a8a8a8; --cx: #ff8f86; } }\n"
	"svg.chart { display: block; width: 100%; max-width: 40rem; height: auto; } svg.chart text { font: 10px system-ui, "
	"sans-serif; fill: var(--fg); }\n"
	"svg.chart text.axis { fill: var(--dim); font-size: 10px; font-variant-numeric: tabular-nums; } .grid { stroke: "
	"var(--line); stroke-width: .6; } .zero { stroke: var(--dim); stroke-width: .8; }\n"
	".s1 { fill: var(--c1); } .s2 { fill: var(--c2); } .s3 { fill: var(--c3); } .s4 { fill: var(--c4); } .s5 { fill: "
	"var(--c5); } .s6 { fill: var(--c6); } .sx { fill: var(--cx); }\n"
	"path.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; } path.s1.line { stroke: var(--c1); } path.s2.line { "
	"stroke: var(--c2); stroke-dasharray: 6 2; }\n"
	"path.s3.line { stroke: var(--c3); stroke-dasharray: 2 2; } path.s4.line { stroke: var(--c4); stroke-dasharray: 8 2 2 2; "
	"} path.s5.line { stroke: var(--c5); stroke-dasharray: 1 3; }\n"
	"path.s6.line { stroke: var(--c6); stroke-dasharray: 4 4; } path.sx.line { stroke: var(--cx); } .hit { fill: "
	"transparent; } .hit:hover { fill: var(--dim); fill-opacity: .15; }\n"
	"svg.key { width: 1rem; height: .62rem; margin-right: .3rem; vertical-align: baseline; } .legend { list-style: none; "
	"display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .2rem 0; padding: 0; font-size: .85rem; }\n"
	"svg.share { display: block; width: 100%; min-width: 3rem; height: .6rem; } svg.spark { display: block; width: 100%; "
	"height: 1.5rem; }\n"
	"@media print { :root { --c1: #234a7d; --c2: #c06a35; --c3: #4f9a6b; --c4: #5b3a7a; --c5: #a0822a; --c6: #8a8a8a; --cx: "
	"#8f1f18; } }\n";
